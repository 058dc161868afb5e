import { readName } from '../name-bytes.ts'
import { anything, literal, type Pattern, sequence } from './pattern.ts'

/** The score of a match, as in fzf: characters that begin a name or a word count more, and so do consecutive ones. */
const SCORE = { unit: 16, afterSlash: 10, boundary: 8, camel: 7, inRow: 4, gapStart: -3, gap: -1 } as const

/** The words of the input. Each must match, in any order. */
export function fuzzyTerms(text: string): string[] {
  return text.split(/\s+/).filter(term => term !== '')
}

/** A pattern that matches the characters of a term in order, with anything between them. */
export function fuzzyPattern(term: string, isCaseInsensitive: boolean): Pattern {
  return sequence(...Array.from(term, char => sequence(anything, literal(char, isCaseInsensitive))))
}

/** Scores keys that match. */
export class FuzzyScore {
  readonly #terms: readonly Uint16Array[]
  readonly #isCaseInsensitive: boolean
  #units = new Uint16Array(1024)
  #folded = new Uint16Array(1024)

  constructor(terms: readonly string[], isCaseInsensitive: boolean) {
    this.#isCaseInsensitive = isCaseInsensitive
    this.#terms = terms.map(term => unitsOf(isCaseInsensitive ? foldText(term) : term))
  }

  /** @returns A higher number for a better match; `-Infinity` if the key from `start` to `end` does not match. */
  of(bytes: Uint8Array, start: number, end: number): number {
    const length = this.#read(bytes, start, end)
    let score = 0
    for (const term of this.#terms) score += this.#scoreOf(term, length)
    return score
  }

  /** The better of the match in the whole key and the match in its last name alone. */
  #scoreOf(term: Uint16Array, length: number): number {
    const score = this.#scoreFrom(0, term, length)
    let name = length
    while (name > 0 && this.#folded[name - 1] !== SLASH) name--
    return name === 0 || score === -Infinity ? score : Math.max(score, this.#scoreFrom(name, term, length))
  }

  /**
   * Greedy, like fzf's first algorithm: finds the first end of a match behind `from`, and from there backwards its last
   * beginning.
   */
  #scoreFrom(from: number, term: Uint16Array, length: number): number {
    const folded = this.#folded
    let next = 0
    let end = from
    for (; end < length; end++) if (folded[end] === term[next] && ++next === term.length) break
    if (next < term.length) return -Infinity
    let start = end
    for (next = term.length - 1; ; start--) if (folded[start] === term[next] && --next < 0) break
    return this.#rate(term, start, end)
  }

  #rate(term: Uint16Array, start: number, end: number): number {
    const folded = this.#folded
    let score = 0
    let next = 0
    let run = 0
    for (let at = start; at <= end; at++) {
      if (folded[at] !== term[next]) {
        score += run > 0 ? SCORE.gapStart : SCORE.gap
        run = 0
        continue
      }
      const bonus = this.#bonusAt(at)
      run = run === 0 ? Math.max(bonus, 1) : Math.max(bonus, run, SCORE.inRow)
      score += SCORE.unit + (next === 0 ? bonus * 2 : run > 1 ? run : bonus)
      next++
    }
    return score
  }

  #bonusAt(at: number): number {
    const before = at === 0 ? SLASH : (this.#units[at - 1] as number)
    if (before === SLASH) return SCORE.afterSlash
    const [from, to] = [kindOf(before), kindOf(this.#units[at] as number)]
    if (from === OTHER && to !== OTHER) return SCORE.boundary
    return (from === LOWER && to === UPPER) || (from !== DIGIT && to === DIGIT) ? SCORE.camel : 0
  }

  /**
   * Reads the code units of the key, with names divided by `/`.
   * @returns Their number.
   */
  #read(bytes: Uint8Array, start: number, end: number): number {
    if (this.#units.length < end - start) {
      this.#units = new Uint16Array((end - start) * 2)
      this.#folded = new Uint16Array(this.#units.length)
    }
    const [units, folded, isCaseInsensitive] = [this.#units, this.#folded, this.#isCaseInsensitive]
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number
      if (byte === 1 || byte >= 0x80) return this.#readText(readName(bytes, start, end).replaceAll('\0', '/'))
      const unit = byte === 0 ? SLASH : byte
      units[at - start] = unit
      folded[at - start] = isCaseInsensitive && unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit
    }
    return end - start
  }

  #readText(text: string): number {
    this.#units.set(unitsOf(text))
    this.#folded.set(unitsOf(this.#isCaseInsensitive ? foldText(text) : text))
    return text.length
  }
}

const SLASH = 0x2f
const [OTHER, LOWER, UPPER, DIGIT] = [0, 1, 2, 3]

function kindOf(unit: number): number {
  if (unit >= 0x61 && unit <= 0x7a) return LOWER
  if (unit >= 0x41 && unit <= 0x5a) return UPPER
  if (unit >= 0x30 && unit <= 0x39) return DIGIT
  // Letters of other scripts are within words.
  return unit >= 0x80 ? LOWER : OTHER
}

/** Lower case, of as many code units as the text has. */
function foldText(text: string): string {
  return Array.from(text, char => {
    const lower = char.toLowerCase()
    return lower.length === char.length ? lower : char
  }).join('')
}

function unitsOf(text: string): Uint16Array {
  return Uint16Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
}
