interface Span {
  /** Where it starts in the text, in UTF-16 code units. */
  readonly from: number
  /** Just past its end. */
  readonly to: number
}

interface JsonMember extends Span {
  readonly name: string
  /** Just past the name's closing quote. */
  readonly nameTo: number
  readonly value: JsonNode
}

export interface JsonObject extends Span {
  readonly type: 'object'
  readonly members: readonly JsonMember[]
}

export interface JsonArray extends Span {
  readonly type: 'array'
  readonly elements: readonly JsonNode[]
}

interface JsonScalar extends Span {
  readonly type: 'string' | 'number' | 'boolean' | 'null'
  readonly value: string | number | boolean | null
}

/** A JSON value with its place in the text, so that an edit can leave everything else as it was written. */
export type JsonNode = JsonObject | JsonArray | JsonScalar

/** One step down: a member's name or an element's index. */
export type PathStep = string | number
export type JsonPath = readonly PathStep[]

/** The member called `name`; the last one counts when it is given twice, as in `JSON.parse`. */
export function memberOf(node: JsonNode | undefined, name: string): JsonMember | undefined {
  return node?.type === 'object' ? node.members.findLast(member => member.name === name) : undefined
}

export function childAt(node: JsonNode | undefined, step: PathStep): JsonNode | undefined {
  if (typeof step === 'string') return memberOf(node, step)?.value
  return node?.type === 'array' ? node.elements[step] : undefined
}

export function nodeAt(root: JsonNode | undefined, path: JsonPath): JsonNode | undefined {
  let node = root
  for (const step of path) node = childAt(node, step)
  return node
}

/** What `JSON.parse` makes of the node's text. */
export function valueOf(node: JsonNode): unknown {
  if (node.type === 'array') return node.elements.map(valueOf)
  if (node.type !== 'object') return node.value
  return Object.fromEntries(node.members.map(({ name, value }) => [name, valueOf(value)]))
}

/** The text of a string node. */
export function stringOf(node: JsonNode | undefined): string | undefined {
  return node?.type === 'string' && typeof node.value === 'string' ? node.value : undefined
}

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

/** `root`, `.tiers`, `[1]` or, for names that are no plain words, `["/a.b"]`. */
const STEP = /(?:^|\.)([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y
const PLAIN_NAME = /^[\w$-]+$/

/** Spells a path as problems spell it: `root.tiers[1].path`. */
export function formatPath(path: JsonPath): string {
  return path.map((step, index) => formatStep(step, index === 0)).join('')
}

/** Reads `root.tiers[1].path`, as far as the text can be read as a path. */
export function parsePath(text: string): JsonPath {
  const path: PathStep[] = []
  STEP.lastIndex = 0
  for (let match = STEP.exec(text); match !== null; match = STEP.exec(text)) {
    const [, name, index, quoted] = match
    if (name !== undefined) path.push(name)
    else if (index !== undefined) path.push(Number(index))
    else if (quoted !== undefined) path.push(unquote(quoted))
  }
  return path
}

export function isPrefix(prefix: JsonPath, path: JsonPath): boolean {
  return prefix.length <= path.length && prefix.every((step, index) => step === path[index])
}

function formatStep(step: PathStep, isFirst: boolean): string {
  if (typeof step === 'number') return `[${step}]`
  if (!PLAIN_NAME.test(step)) return `[${JSON.stringify(step)}]`
  return isFirst ? step : `.${step}`
}

function unquote(text: string): string {
  try {
    return JSON.parse(text) as string
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return text.slice(1, -1)
  }
}
