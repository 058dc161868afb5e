interface Named {
  readonly id: string
  readonly name: string
  /** Where it is, as `/a/b`; absent for what has no place. */
  readonly place: string | undefined
}

/**
 * Hints for items whose names are equal, by their ids: the end of each place, as long as it takes to differ, or a
 * number where there is no place or an equal one.
 */
export function distinguishingHints(items: readonly Named[]): ReadonlyMap<string, string> {
  const hints = new Map<string, string>()
  for (const equals of groupsOf(items, item => item.name)) {
    if (equals.length < 2) continue
    for (const same of groupsOf(equals, item => item.place ?? '')) {
      const [first] = same
      const place = first?.place
      const others = equals.flatMap(other => (other.place === place ? [] : (other.place ?? [])))
      const end = place === undefined ? '' : distinctEnd(place, others)
      for (const [index, { id }] of same.entries()) {
        const number = same.length > 1 ? String(index + 1) : ''
        hints.set(id, [end, number].filter(part => part !== '').join(' '))
      }
    }
  }
  return hints
}

function groupsOf<T>(items: readonly T[], name: (item: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(name(item), [...(groups.get(name(item)) ?? []), item])
  return [...groups.values()]
}

/** The last segments of a place that none of the others ends with; `…/` stands for those before. */
function distinctEnd(place: string, others: readonly string[]): string {
  const segments = segmentsOf(place)
  for (let count = 1; count < segments.length; count++) {
    const end = segments.slice(-count)
    if (!others.some(other => endsWith(segmentsOf(other), end))) return `…/${end.join('/')}`
  }
  return place
}

function segmentsOf(place: string): string[] {
  return place.split(/[\\/]/).filter(segment => segment !== '')
}

function endsWith(segments: readonly string[], end: readonly string[]): boolean {
  const start = segments.length - end.length
  return start >= 0 && end.every((segment, index) => segments[start + index] === segment)
}
