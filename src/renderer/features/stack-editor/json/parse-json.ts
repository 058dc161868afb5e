import type { JsonArray, JsonMember, JsonNode, JsonObject, JsonScalar } from './json-node.ts'

/** Deeper documents are refused, so that reading one cannot exhaust the call stack. */
const MAX_DEPTH = 400

export class JsonSyntaxError extends Error {
  override name = 'JsonSyntaxError'
  /** Where in the text, in UTF-16 code units. */
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** Reads strict JSON (RFC 8259), keeping the place of every value. Throws `JsonSyntaxError`. */
export function parseJson(text: string): JsonNode {
  return new Reader(text).document()
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WHITESPACE = /[ \t\n\r]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const WORDS = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): JsonNode {
    this.#skipWhitespace()
    const node = this.#value(0)
    this.#skipWhitespace()
    if (this.#at < this.#text.length) throw this.#unexpected('nothing may follow the value of the document')
    return node
  }

  #value(depth: number): JsonNode {
    if (depth > MAX_DEPTH) throw this.#unexpected(`nested more than ${MAX_DEPTH} levels deep`)
    const character = this.#text[this.#at]
    if (character === '{') return this.#object(depth)
    if (character === '[') return this.#array(depth)
    if (character === '"') return this.#string()
    return this.#word() ?? this.#number()
  }

  #object(depth: number): JsonObject {
    const from = this.#at
    const members: JsonMember[] = []
    this.#at++
    this.#skipWhitespace()
    if (this.#take('}')) return { type: 'object', members, from, to: this.#at }
    do {
      this.#skipWhitespace()
      if (this.#text[this.#at] !== '"') throw this.#unexpected('a name in double quotes must stand here')
      const name = this.#string()
      this.#skipWhitespace()
      if (!this.#take(':')) throw this.#unexpected('":" must follow a name')
      this.#skipWhitespace()
      const value = this.#value(depth + 1)
      members.push({ name: name.value, nameTo: name.to, value, from: name.from, to: value.to })
      this.#skipWhitespace()
    } while (this.#take(','))
    if (!this.#take('}')) throw this.#unexpected('"," or "}" must follow a member')
    return { type: 'object', members, from, to: this.#at }
  }

  #array(depth: number): JsonArray {
    const from = this.#at
    const elements: JsonNode[] = []
    this.#at++
    this.#skipWhitespace()
    if (this.#take(']')) return { type: 'array', elements, from, to: this.#at }
    do {
      this.#skipWhitespace()
      elements.push(this.#value(depth + 1))
      this.#skipWhitespace()
    } while (this.#take(','))
    if (!this.#take(']')) throw this.#unexpected('"," or "]" must follow an element')
    return { type: 'array', elements, from, to: this.#at }
  }

  #string(): JsonScalar & { readonly value: string } {
    const from = this.#at++
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (Number.isNaN(code)) throw new JsonSyntaxError('this text is never closed by a double quote', from)
      if (code < 0x20) throw this.#unexpected('a text cannot hold a line break or control character')
      if (code === 0x22) break
      if (code === 0x5c) this.#at += this.#match(ESCAPE).length || this.#badEscape()
      else this.#at++
    }
    this.#at++
    const value = JSON.parse(this.#text.slice(from, this.#at)) as string
    return { type: 'string', value, from, to: this.#at }
  }

  #badEscape(): never {
    throw this.#unexpected('a backslash must be followed by one of " \\ / b f n r t or u and four hex digits')
  }

  #word(): JsonScalar | undefined {
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue
      const from = this.#at
      this.#at += word.length
      return { type: value === null ? 'null' : 'boolean', value, from, to: this.#at }
    }
    return undefined
  }

  #number(): JsonScalar {
    const from = this.#at
    const digits = this.#match(NUMBER)
    if (digits === '') throw this.#unexpected('a value must stand here')
    this.#at += digits.length
    return { type: 'number', value: Number(digits), from, to: this.#at }
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#text)?.[0] ?? ''
  }

  #skipWhitespace(): void {
    this.#at += this.#match(WHITESPACE).length
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #unexpected(why: string): JsonSyntaxError {
    const found = this.#at < this.#text.length ? '' : 'the document ends too early: '
    return new JsonSyntaxError(`${found}${why}`, this.#at)
  }
}
