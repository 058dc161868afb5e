import { base64ToBytes, hexToBytes } from './byte-text.ts'
import { NotationError, StageError } from './stage-error.ts'

/** Levels of nesting that are read and written. */
export const MAX_DEPTH = 500

/** Characters that a container may have and still stand on one line. */
const ONE_LINE = 72

const COMMA = /,/y
const NUMBER = /-?(?:Infinity|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/y
const WORD = /[A-Za-z][A-Za-z0-9]*/y
const WIDTH = /_[a-z0-9]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const QUOTED = /'[^']*'/y
const SPACE = /[ \t\n\r]*/y
const COMMENT = /\/[^/]*\/|#[^\n]*/y
const TOKEN = /[\w.+-]+|[^]/uy

/** Lays out containers: on one line where they are short, else one item a line. Bounded in characters and depth. */
export class NotationLayout {
  #left: number

  /** @param limit Characters that the whole text may have. */
  constructor(limit: number) {
    this.#left = limit
  }

  /** Counts text. @throws StageError when there is more than the limit. */
  take(text: string): string {
    this.#left -= text.length
    if (this.#left < 0) throw new StageError('too large to be shown as text')
    return text
  }

  /** @throws StageError below the deepest level. */
  enter(depth: number): void {
    if (depth > MAX_DEPTH) throw new StageError(`nested in more than ${MAX_DEPTH} levels`)
  }

  container(open: string, items: readonly string[], close: string, depth: number): string {
    const hasBlank = open.includes('_') || open.endsWith('{')
    if (items.length === 0) return this.take(`${open}${close}`)
    this.take(`${open}${close}`)
    const length = items.reduce((sum, item) => sum + item.length + 2, open.length)
    if (length <= ONE_LINE && !items.some(item => item.includes('\n'))) {
      const end = close === '}' ? ' ' : ''
      return `${open}${hasBlank ? ' ' : ''}${items.join(', ')}${end}${close}`
    }
    const indent = '  '.repeat(depth + 1)
    this.#left -= items.length * (indent.length + 2)
    this.take('')
    return `${open}\n${items.map(item => indent + item).join(',\n')}\n${indent.slice(2)}${close}`
  }
}

/** A floating point number as its notation: never without a point or an exponent, so that it is not a whole number. */
export function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  const text = String(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

/** Reads tokens of a notation. Errors are `NotationError`s at the place of the token. */
export class NotationScanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#skipBlanks()
  }

  get at(): number {
    return this.#at
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length
  }

  /** The character that comes next; `''` at the end. */
  peek(): string {
    return this.#text.charAt(this.#at)
  }

  /** Takes `character` if it comes next, and the blanks after it. */
  tryTake(character: string): boolean {
    if (this.peek() !== character) return false
    this.#at += 1
    this.#skipBlanks()
    return true
  }

  take(character: string): void {
    if (!this.tryTake(character)) this.fail(`Expected ${JSON.stringify(character)}`)
  }

  /** Takes the comma between two items, or nothing before `close`. @returns Whether another item follows. */
  nextItem(close: string): boolean {
    if (this.#match(COMMA) !== undefined) {
      this.#skipBlanks()
      if (this.peek() === close || this.isAtEnd) this.fail('Expected an item after the comma')
      return true
    }
    if (close === '' ? !this.isAtEnd : this.peek() !== close) {
      this.fail(close === '' ? 'Expected "," or nothing more' : `Expected "," or ${JSON.stringify(close)}`)
    }
    return false
  }

  /** Reads items up to the end of the text. */
  sequence(item: () => void): void {
    if (this.isAtEnd) return
    do item()
    while (this.nextItem(''))
  }

  /** Reads the items of a container and its end: one each in a list, a name and a value in a map. @returns How many. */
  items(close: ']' | '}', item: () => void): number {
    let count = 0
    if (this.peek() !== close) {
      do {
        item()
        if (close === '}') {
          this.take(':')
          item()
        }
        count += 1
      } while (this.nextItem(close))
    }
    this.take(close)
    return count
  }

  number(): string | undefined {
    return this.#match(NUMBER)
  }

  word(): string | undefined {
    return this.#match(WORD)
  }

  /** The letters and digits after `_`, which follows a token at once; `undefined` where there is none. */
  width(): string | undefined {
    const width = this.#match(WIDTH)?.slice(1)
    this.#skipBlanks()
    return width
  }

  /** A text in double quotes, as JSON has it. */
  string(): string {
    const start = this.#at
    const text = this.#text
    for (let at = start + 1; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === 0x22) {
        this.#at = at + 1
        return this.#withoutLoneSurrogates(JSON.parse(text.slice(start, this.#at)) as string, start)
      }
      if (code < 0x20)
        throw new NotationError('This text holds a line break or another control character', at, at + 1)
      if (code === 0x5c) {
        ESCAPE.lastIndex = at
        if (!ESCAPE.test(text)) throw new NotationError('This text holds an invalid escape', at, at + 2)
        at = ESCAPE.lastIndex - 1
      }
    }
    throw new NotationError('This text has no end', start, text.length)
  }

  /** The bytes in single quotes, as hex digits or Base64. */
  quotedBytes(form: 'hex' | 'base64'): Uint8Array {
    const start = this.#at
    const quoted = this.#match(QUOTED)
    if (quoted === undefined) this.fail('Expected bytes in single quotes')
    const digits = quoted.slice(1, -1).replaceAll(/\s/g, '')
    const bytes = form === 'hex' ? hexToBytes(digits) : base64ToBytes(digits)
    if (bytes === undefined) {
      const what = form === 'hex' ? 'These are not pairs of hex digits' : 'This is not Base64'
      throw new NotationError(what, start, this.#at)
    }
    return bytes
  }

  /** @param from Where the problem begins; the token that comes next without it. */
  fail(message: string, from = this.#at): never {
    const isNext = from === this.#at
    TOKEN.lastIndex = from
    const to = isNext ? from + (TOKEN.exec(this.#text)?.[0].length ?? 0) : this.#at
    const found = isNext
      ? this.isAtEnd
        ? ', found the end'
        : `, found ${JSON.stringify(this.#text.slice(from, Math.min(to, from + 20)))}`
      : ''
    throw new NotationError(
      message + found,
      Math.min(from, Math.max(0, this.#text.length - 1)),
      Math.max(to, from + 1),
    )
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #skipBlanks(): void {
    do this.#match(SPACE)
    while (this.#match(COMMENT) !== undefined)
  }

  #withoutLoneSurrogates(text: string, start: number): string {
    if (/\p{Surrogate}/u.test(text))
      throw new NotationError('This text holds half of a surrogate pair', start, this.#at)
    return text
  }
}

/** Runs `write`, and says at which line and column of `text` a notation is wrong. @throws StageError */
export function withPlace<T>(text: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    if (!(error instanceof NotationError)) throw error
    const { line, column } = lineAndColumn(text, error.from)
    throw new StageError(`line ${line}, column ${column}: ${error.message}`, { cause: error })
  }
}

function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at)
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') }
}
