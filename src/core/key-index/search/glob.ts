import {
  anything,
  literal,
  nameUnit,
  type Pattern,
  sequence,
  slash,
  type UnitRange,
  unitIn,
} from './pattern.ts'

/**
 * Parses a glob over whole keys: `*` matches any part of a name, `**` any names, `?` one character of a name, `[a-z]`
 * and `[!a-z]` one character in or not in a set, `{a,b}` one of several texts; `\` escapes the next character. Without
 * a leading `/` it may begin at any name.
 * @throws TypeError for an incomplete glob.
 */
export function globPattern(text: string, isCaseInsensitive: boolean): Pattern {
  const parser = new GlobParser(text, isCaseInsensitive)
  const whole = parser.parse()
  const start = text.startsWith('/') ? [] : [anything, slash]
  return sequence({ type: 'start' }, ...start, whole, { type: 'end' })
}

class GlobParser {
  readonly #text: string
  readonly #isCaseInsensitive: boolean
  #at = 0
  #depth = 0

  constructor(text: string, isCaseInsensitive: boolean) {
    this.#text = text
    this.#isCaseInsensitive = isCaseInsensitive
  }

  parse(): Pattern {
    const parts: Pattern[] = []
    while (this.#at < this.#text.length && !(this.#depth > 0 && /[,}]/.test(this.#next)))
      parts.push(this.#part())
    return sequence(...parts)
  }

  get #next(): string {
    return this.#text.charAt(this.#at)
  }

  #take(char: string): boolean {
    if (this.#next !== char) return false
    this.#at++
    return true
  }

  #part(): Pattern {
    const char = this.#text.charAt(this.#at++)
    switch (char) {
      case '*':
        return this.#star()
      case '?':
        return nameUnit
      case '[':
        return this.#set()
      case '{':
        return this.#choice()
      case '\\':
        return literal(this.#text.charAt(this.#at++) || char, this.#isCaseInsensitive)
      default:
        return literal(char, this.#isCaseInsensitive)
    }
  }

  #star(): Pattern {
    const isWholeName = this.#at === 1 || this.#text.charAt(this.#at - 2) === '/'
    if (!this.#take('*')) return { type: 'repeat', of: nameUnit, min: 0, max: Infinity }
    // `**/` may match no name at all.
    if (!isWholeName || !this.#take('/')) return anything
    return { type: 'repeat', of: sequence(anything, slash), min: 0, max: 1 }
  }

  #set(): Pattern {
    const isInverted = this.#take('!') || this.#take('^')
    const end = this.#text.indexOf(']', this.#at + 1)
    if (end < 0) throw new TypeError(`The glob ${JSON.stringify(this.#text)} has no "]" for its "["`)
    const inside = this.#text.slice(this.#at, end)
    this.#at = end + 1
    const ranges: UnitRange[] = []
    for (let index = 0; index < inside.length; index++) {
      const low = inside.charCodeAt(index)
      if (inside.charAt(index + 1) !== '-' || index + 2 >= inside.length) ranges.push([low, low])
      else {
        ranges.push([low, inside.charCodeAt(index + 2)])
        index += 2
      }
    }
    // A set never matches `/`, even if it is inverted.
    return unitIn(isInverted ? [...ranges, [0x2f, 0x2f]] : ranges, this.#isCaseInsensitive, isInverted)
  }

  #choice(): Pattern {
    const of: Pattern[] = []
    this.#depth++
    do of.push(this.parse())
    while (this.#text.charAt(this.#at++) === ',')
    this.#depth--
    if (this.#text.charAt(this.#at - 1) !== '}')
      throw new TypeError(`The glob ${JSON.stringify(this.#text)} has no "}" for its "{"`)
    return { type: 'choice', of }
  }
}
