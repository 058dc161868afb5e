/**
 * The indexes of the characters in a key that match a typed text: for each word the shortest match with the earliest
 * end, as the host's search scores it. Empty if the key does not match.
 */
export function matchPlaces(key: string, text: string): ReadonlySet<number> {
  const folded = foldedUnits(key)
  const places = new Set<number>()
  for (const word of text.split(/\s+/).filter(part => part !== '')) {
    const found = placesOfWord(folded, foldedUnits(word))
    if (found === undefined) return new Set()
    for (const place of found) places.add(place)
  }
  return places
}

function placesOfWord(key: readonly string[], word: readonly string[]): readonly number[] | undefined {
  let next = 0
  let end = 0
  for (; end < key.length; end++) if (key[end] === word[next] && ++next === word.length) break
  if (next < word.length) return undefined
  const places: number[] = []
  for (let at = end, left = word.length - 1; left >= 0; at--) {
    if (key[at] !== word[left]) continue
    places.push(at)
    left--
  }
  return places
}

/** Lower case by code unit, so that indexes do not change. */
function foldedUnits(text: string): readonly string[] {
  return text.split('').map(unit => {
    const lower = unit.toLowerCase()
    return lower.length === 1 ? lower : unit
  })
}
