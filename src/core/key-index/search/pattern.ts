/** Code units from the first to the second, both included. */
export type UnitRange = readonly [number, number]

/** A regular expression over the text of a key, as a tree. */
export type Pattern =
  | { readonly type: 'unit'; readonly ranges: readonly UnitRange[] }
  | { readonly type: 'sequence'; readonly of: readonly Pattern[] }
  | { readonly type: 'choice'; readonly of: readonly Pattern[] }
  | { readonly type: 'repeat'; readonly of: Pattern; readonly min: number; readonly max: number }
  | { readonly type: 'start' }
  | { readonly type: 'end' }

export const LAST_UNIT = 0xffff
const SLASH = 0x2f

export const anyUnit: Pattern = { type: 'unit', ranges: [[0, LAST_UNIT]] }
export const slash: Pattern = { type: 'unit', ranges: [[SLASH, SLASH]] }
/** A code unit of a name. */
export const nameUnit: Pattern = { type: 'unit', ranges: inverted([[SLASH, SLASH]]) }
export const anything: Pattern = { type: 'repeat', of: anyUnit, min: 0, max: Infinity }

export function sequence(...of: readonly Pattern[]): Pattern {
  return { type: 'sequence', of }
}

/** @param isCaseInsensitive Whether upper and lower case match each other. */
export function unitIn(
  ranges: readonly UnitRange[],
  isCaseInsensitive: boolean,
  isInverted = false,
): Pattern {
  const all = isCaseInsensitive ? withOtherCase(ranges) : ranges
  return { type: 'unit', ranges: isInverted ? inverted(all) : all }
}

/** The units of a text, one after another. */
export function literal(text: string, isCaseInsensitive: boolean): Pattern {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
  return sequence(...units.map(unit => unitIn([[unit, unit]], isCaseInsensitive)))
}

export function inverted(ranges: readonly UnitRange[]): UnitRange[] {
  const rest: UnitRange[] = []
  let next = 0
  for (const [low, high] of [...ranges].sort(([a], [b]) => a - b)) {
    if (low > next) rest.push([next, low - 1])
    next = Math.max(next, high + 1)
  }
  if (next <= LAST_UNIT) rest.push([next, LAST_UNIT])
  return rest
}

function withOtherCase(ranges: readonly UnitRange[]): UnitRange[] {
  casePairs ??= findCasePairs()
  const all = [...ranges]
  for (const [unit, other] of casePairs)
    if (ranges.some(([low, high]) => unit >= low && unit <= high)) all.push([other, other])
  // Inverting twice merges adjacent ranges.
  return inverted(inverted(all))
}

/** Code units and their counterparts in the other case. */
let casePairs: readonly (readonly [number, number])[] | undefined

function findCasePairs(): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = []
  for (let unit = 0; unit <= LAST_UNIT; unit++) {
    const text = String.fromCharCode(unit)
    for (const other of [text.toLowerCase(), text.toUpperCase()])
      if (other.length === 1 && other !== text) pairs.push([unit, other.charCodeAt(0)])
  }
  return pairs
}
