import { anything, inverted, literal, type Pattern, sequence, type UnitRange, unitIn } from './pattern.ts'

/** An expression that a finite automaton cannot match: word boundaries, properties, look-around, back-references. */
export class UnsupportedExpression extends Error {
  override name = 'UnsupportedExpression'
}

const DIGIT: readonly UnitRange[] = [[0x30, 0x39]]
const WORD: readonly UnitRange[] = [...DIGIT, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]]
const SPACE: readonly UnitRange[] = [
  ...([
    [0x09, 0x0d],
    [0x20, 0x20],
    [0xa0, 0xa0],
    [0x1680, 0x1680],
    [0x2000, 0x200a],
  ] as const),
  ...([
    [0x2028, 0x2029],
    [0x202f, 0x202f],
    [0x205f, 0x205f],
    [0x3000, 0x3000],
    [0xfeff, 0xfeff],
  ] as const),
]
const LINE_END: readonly UnitRange[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]

const CLASSES: Readonly<Record<string, readonly UnitRange[]>> = {
  d: DIGIT,
  D: inverted(DIGIT),
  w: WORD,
  W: inverted(WORD),
  s: SPACE,
  S: inverted(SPACE),
}
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, '0': 0 }

/**
 * Parses a JavaScript regular expression that is searched anywhere in the text of a key.
 * @throws SyntaxError as `RegExp` does; `UnsupportedExpression`.
 */
export function regexPattern(text: string, isCaseInsensitive: boolean): Pattern {
  // Detects every syntax error; the parser below handles valid expressions only.
  new RegExp(text)
  const found = new RegexParser(text, isCaseInsensitive).parse()
  return sequence(anything, found)
}

class RegexParser {
  readonly #text: string
  readonly #isCaseInsensitive: boolean
  #at = 0

  constructor(text: string, isCaseInsensitive: boolean) {
    this.#text = text
    this.#isCaseInsensitive = isCaseInsensitive
  }

  parse(): Pattern {
    const of = [this.#sequence()]
    while (this.#take('|')) of.push(this.#sequence())
    return of.length === 1 ? (of[0] as Pattern) : { type: 'choice', of }
  }

  get #next(): string {
    return this.#text.charAt(this.#at)
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  #sequence(): Pattern {
    const parts: Pattern[] = []
    while (this.#at < this.#text.length && this.#next !== '|' && this.#next !== ')')
      parts.push(this.#quantified(this.#atom()))
    return sequence(...parts)
  }

  #quantified(of: Pattern): Pattern {
    const [min, max] = this.#quantity()
    // Lazy and greedy quantifiers match the same texts.
    if (max !== 1 || min !== 1) this.#take('?')
    return min === 1 && max === 1 ? of : { type: 'repeat', of, min, max }
  }

  #quantity(): readonly [number, number] {
    if (this.#take('*')) return [0, Infinity]
    if (this.#take('+')) return [1, Infinity]
    if (this.#take('?')) return [0, 1]
    const found = /^\{(\d+)(,?)(\d*)\}/.exec(this.#text.slice(this.#at))
    if (found === null) return [1, 1]
    const [whole, min = '', comma, max = ''] = found
    this.#at += whole.length
    return [Number(min), comma === '' ? Number(min) : max === '' ? Infinity : Number(max)]
  }

  #atom(): Pattern {
    const char = this.#text.charAt(this.#at++)
    switch (char) {
      case '^':
        return { type: 'start' }
      case '$':
        return { type: 'end' }
      case '.':
        return { type: 'unit', ranges: inverted(LINE_END) }
      case '[':
        return this.#class()
      case '(':
        return this.#group()
      case '\\':
        return unitIn(this.#escape(), this.#isCaseInsensitive)
      default:
        return literal(char, this.#isCaseInsensitive)
    }
  }

  #group(): Pattern {
    if (this.#take('?') && !this.#take(':')) {
      const name = /^<[^=!][^>]*>/.exec(this.#text.slice(this.#at))
      if (name === null) throw new UnsupportedExpression('It looks around')
      this.#at += name[0].length
    }
    const inside = this.parse()
    this.#take(')')
    return inside
  }

  #class(): Pattern {
    const isInverted = this.#take('^')
    const ranges: UnitRange[] = []
    while (!this.#take(']')) {
      const low = this.#classUnit()
      const [from] = low
      if (this.#next !== '-' || this.#text.charAt(this.#at + 1) === ']') {
        ranges.push(...low)
        continue
      }
      this.#at++
      const high = this.#classUnit()
      const [to] = high
      if (from !== undefined && to !== undefined && isOne(low) && isOne(high)) ranges.push([from[0], to[0]])
      else ranges.push(...low, [0x2d, 0x2d], ...high)
    }
    return unitIn(ranges, this.#isCaseInsensitive, isInverted)
  }

  #classUnit(): readonly UnitRange[] {
    const unit = this.#text.charCodeAt(this.#at++)
    if (unit !== 0x5c) return [[unit, unit]]
    if (this.#take('b')) return [[8, 8]]
    return this.#escape()
  }

  /** The code units after a `\`. */
  #escape(): readonly UnitRange[] {
    const char = this.#text.charAt(this.#at++)
    const found = CLASSES[char]
    if (found !== undefined) return found
    if (/[bBpPkc1-9]/.test(char)) throw new UnsupportedExpression(`It has \\${char}`)
    const isOctal = char === '0' && /\d/.test(this.#next)
    if (isOctal) throw new UnsupportedExpression('It has an octal escape')
    const control = CONTROLS[char]
    if (control !== undefined) return [[control, control]]
    const digits = char === 'x' ? 2 : char === 'u' ? 4 : 0
    const hex = this.#text.slice(this.#at, this.#at + digits)
    if (digits > 0 && hex.length === digits && /^[\da-f]+$/i.test(hex)) {
      this.#at += digits
      return [[Number.parseInt(hex, 16), Number.parseInt(hex, 16)]]
    }
    return [[char.charCodeAt(0), char.charCodeAt(0)]]
  }
}

function isOne(ranges: readonly UnitRange[]): boolean {
  return ranges.length === 1 && ranges[0]?.[0] === ranges[0]?.[1]
}
