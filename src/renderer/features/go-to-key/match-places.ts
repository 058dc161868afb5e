/** What a matching character counts, and each character that is skipped between two of them, as in fzf. */
const SCORE = { afterSlash: 10, boundary: 8, camel: 7, inRow: 9, gap: -1 } as const

/**
 * The indexes of the characters in a key that match a typed text. Where a word of the text can be found in several ways,
 * those are taken that begin names and words, and stand in a row. Empty if the key does not match.
 */
export function matchPlaces(key: string, text: string): ReadonlySet<number> {
  const folded = foldedUnits(key)
  const bonuses = Array.from(folded, (_, at) => bonusAt(key, at))
  const places = new Set<number>()
  for (const word of text.split(/\s+/).filter(part => part !== '')) {
    const found = placesOfWord(folded, bonuses, foldedUnits(word))
    if (found === undefined) return new Set()
    for (const place of found) places.add(place)
  }
  return places
}

/** The match with the highest score, by dynamic programming over the characters of the word. */
function placesOfWord(
  key: readonly string[],
  bonuses: readonly number[],
  word: readonly string[],
): readonly number[] | undefined {
  /** For each character of the word, and each index: that of the character before it in the best match. */
  const befores: Int32Array[] = []
  let scores = new Float64Array(key.length)
  for (const [index, char] of word.entries()) {
    const [next, before] = [new Float64Array(key.length).fill(-Infinity), new Int32Array(key.length).fill(-1)]
    let nearest = -1
    for (let at = 0; at < key.length; at++) {
      if (index > 0 && at > 0) {
        const worth = (place: number) => (scores[place] as number) + SCORE.gap * (at - place - 1)
        if (nearest < 0 || worth(at - 1) >= worth(nearest)) nearest = at - 1
        if (key[at] !== char) continue
        const row = (scores[at - 1] as number) + SCORE.inRow
        const isRow = row >= worth(nearest)
        before[at] = isRow ? at - 1 : nearest
        next[at] = (isRow ? row : worth(nearest)) + (bonuses[at] as number)
      } else if (index === 0 && key[at] === char) next[at] = bonuses[at] as number
    }
    befores.push(before)
    scores = next
  }
  const best = Math.max(...scores)
  if (best === -Infinity) return undefined
  const places: number[] = []
  for (let at = scores.indexOf(best), left = word.length - 1; left >= 0; left--) {
    places.push(at)
    at = befores[left]?.[at] as number
  }
  return places
}

function bonusAt(key: string, at: number): number {
  const before = key[at - 1] ?? '/'
  const char = key[at] as string
  if (before === '/') return SCORE.afterSlash
  if (!isWord(before) && isWord(char)) return SCORE.boundary
  const isCamel = /\p{Ll}/u.test(before) && /\p{Lu}/u.test(char)
  return isCamel || (!/\d/.test(before) && /\d/.test(char)) ? SCORE.camel : 0
}

function isWord(char: string): boolean {
  return /[\p{L}\p{N}]/u.test(char)
}

/** Lower case by code unit, so that indexes do not change. */
function foldedUnits(text: string): readonly string[] {
  return text.split('').map(unit => {
    const lower = unit.toLowerCase()
    return lower.length === 1 ? lower : unit
  })
}
