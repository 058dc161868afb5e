export interface PaletteCommand {
  readonly id: string
  readonly title: string
  /** As shown: `Ctrl+P`. */
  readonly shortcut?: string | undefined
  readonly isEnabled: boolean
}

interface PaletteOption {
  readonly command: PaletteCommand
  /** The indexes of the matching letters in the title. */
  readonly places: readonly number[]
}

/** Matching commands, best first; without a query, recently used ones first. Disabled commands come last. */
export function paletteOptions(
  commands: readonly PaletteCommand[],
  query: string,
  recent: readonly string[],
): readonly PaletteOption[] {
  const rank = (id: string): number => {
    const index = recent.indexOf(id)
    return index < 0 ? recent.length : index
  }
  return commands
    .flatMap(command => {
      const match = matchCommand(query, command.title)
      return match === undefined ? [] : [{ command, ...match }]
    })
    .sort(
      (a, b) =>
        Number(b.command.isEnabled) - Number(a.command.isEnabled) ||
        b.score - a.score ||
        rank(a.command.id) - rank(b.command.id),
    )
}

interface Match {
  /** Higher is better. */
  readonly score: number
  /** The indexes in the title that match the query. */
  readonly places: readonly number[]
}

/**
 * Whether `title` contains the letters of `query` in order; spaces in the query are skipped. Beginnings of words and
 * adjacent letters count more, and so do early ones.
 */
export function matchCommand(query: string, title: string): Match | undefined {
  const letters = query.toLowerCase().replaceAll(' ', '')
  const text = title.toLowerCase()
  const whole = text.indexOf(query.toLowerCase().trim())
  if (query.trim() !== '' && whole >= 0) {
    const places = Array.from({ length: query.trim().length }, (_, index) => whole + index)
    return { score: 1000 - whole + (isWordStart(title, whole) ? 500 : 0), places }
  }
  const places: number[] = []
  let score = 0
  let from = 0
  for (const letter of letters) {
    const place = placeOf(letter, text, title, from)
    if (place < 0) return undefined
    score += isWordStart(title, place) ? 8 : place === from ? 4 : 1
    places.push(place)
    from = place + 1
  }
  return { score: score - (places[0] ?? 0) / 10, places }
}

/** The next index of `letter`, preferring the beginning of a word. */
function placeOf(letter: string, text: string, title: string, from: number): number {
  const next = text.indexOf(letter, from)
  if (next === from || next < 0) return next
  for (let place = next; place >= 0; place = text.indexOf(letter, place + 1)) {
    if (isWordStart(title, place)) return place
  }
  return next
}

function isWordStart(title: string, place: number): boolean {
  return place === 0 || /[\s:/-]/.test(title[place - 1] ?? '')
}
