import { DatastoreError } from './errors.ts'
import { fnv1a64Halves, type Hash64, wholeOf } from './hash/fnv1a64.ts'

/**
 * The name of a value: an immutable list of segments, printed `/a/b`. The root has no segments and prints `/`.
 * A segment is any Unicode text but empty, `.`, `..`, or text with `/` in it. It may read `type:name`.
 */
export class Key {
  static readonly root: Key = new Key([], '/')

  #segments: readonly string[] | undefined
  readonly #text: string
  #hash: Hash64 | undefined

  private constructor(segments: readonly string[] | undefined, text?: string) {
    this.#segments = segments
    this.#text = text ?? `/${(segments as readonly string[]).join('/')}`
  }

  /** The segments, outermost first. */
  get segments(): readonly string[] {
    this.#segments ??= this.#text.slice(1).split('/')
    return this.#segments
  }

  /**
   * Reads a key: a missing leading `/` is added, repeated `/` are one, a trailing `/` is dropped.
   * @throws DatastoreError `KEY_INVALID` for a `.` or `..` segment or a lone surrogate.
   */
  static parse(this: void, text: string): Key {
    if (typeof text !== 'string') throw new TypeError(`A key is read from a string, not from ${typeof text}`)
    if (CANONICAL.test(text) && text.isWellFormed()) return new Key(undefined, text)
    const segments = text.split('/').filter(segment => segment !== '')
    for (const segment of segments) refuseSegment(segment, text)
    return segments.length === 0 ? Key.root : new Key(segments)
  }

  /**
   * Makes a key of segments taken as they are.
   * @throws DatastoreError `KEY_INVALID` for an empty segment, `.`, `..`, one that holds `/`, or a lone surrogate.
   */
  static of(...segments: readonly string[]): Key {
    return Key.root.child(segments)
  }

  /** A top-level key that nobody has: 32 hex digits of a random (version 4) UUID. */
  static random(): Key {
    return new Key([crypto.randomUUID().replaceAll('-', '')])
  }

  /** Orders keys segment by segment in UTF-16 code units, a prefix first: `/a/b` before `/a-b`. */
  static compare(this: void, a: Key, b: Key): number {
    const length = Math.min(a.segments.length, b.segments.length)
    for (let index = 0; index < length; index++) {
      const left = a.segments[index] as string
      const right = b.segments[index] as string
      if (left !== right) return left < right ? -1 : 1
    }
    return a.segments.length - b.segments.length
  }

  /** How many segments there are; 0 for the root. */
  get depth(): number {
    return this.segments.length
  }

  get isRoot(): boolean {
    return this.#text.length === 1
  }

  get isTopLevel(): boolean {
    return this.segments.length === 1
  }

  /** The last segment as a whole; `''` for the root. */
  get lastSegment(): string {
    return this.segments.at(-1) ?? ''
  }

  /** What stands before the last `:` of the last segment; `''` where there is none. */
  get type(): string {
    return splitSegment(this.lastSegment).type
  }

  /** What stands after the last `:` of the last segment; the whole segment where there is none. */
  get name(): string {
    return splitSegment(this.lastSegment).name
  }

  /** The key without its last segment; the root's parent is the root. */
  get parent(): Key {
    return this.segments.length <= 1 ? Key.root : new Key(this.segments.slice(0, -1))
  }

  /** The parent plus the type: `/Comedy/Actor:Cleese` → `/Comedy/Actor`; without a type, the parent. */
  get path(): Key {
    const { type } = this
    return type === '' ? this.parent : this.parent.child(type)
  }

  /** The segments in the opposite order. */
  get reverse(): Key {
    return this.isRoot ? this : new Key(this.segments.toReversed())
  }

  /** FNV-1a 64 of the UTF-8 text: the same number everywhere and for ever. Shards are picked by it. */
  get hash(): bigint {
    return wholeOf(this.hashHalves)
  }

  /** The same number as two unsigned 32-bit halves. */
  get hashHalves(): Hash64 {
    this.#hash ??= fnv1a64Halves(this.#text)
    return this.#hash
  }

  /**
   * The key below this one.
   * @param below One segment taken as it is, several, or a key (which needs no checking).
   */
  child(below: string | readonly string[] | Key): Key {
    if (below instanceof Key) {
      if (below.isRoot) return this
      if (this.isRoot) return below
      return new Key(undefined, this.#text + below.#text)
    }
    const segments = typeof below === 'string' ? [below] : below
    if (segments.length === 0) return this
    for (const segment of segments) refuseRawSegment(segment)
    return new Key([...this.segments, ...segments])
  }

  /**
   * The key below this one for a segment that is known to be clean, such as one that came out of another key.
   * Nothing is checked or parsed again.
   */
  childOfCleanSegment(segment: string): Key {
    return new Key(undefined, this.isRoot ? `/${segment}` : `${this.#text}/${segment}`)
  }

  /** `/Actor`.instance(`Cleese`) → `/Actor:Cleese`. */
  instance(name: string): Key {
    if (this.isRoot) throw keyInvalid('/', 'the root has no segment to make an instance of')
    return this.parent.child(`${this.lastSegment}:${name}`)
  }

  /** Whether `other` is below this key. No key is an ancestor of itself, and `/a` is none of `/ab`. */
  isAncestorOf(other: Key): boolean {
    const { length } = this.#text
    if (length === 1) return other.#text.length > 1
    return (
      other.#text.length > length &&
      other.#text.charCodeAt(length) === 47 &&
      other.#text.startsWith(this.#text)
    )
  }

  isDescendantOf(other: Key): boolean {
    return other.isAncestorOf(this)
  }

  /** The key as seen from `ancestor`, which must be this key or an ancestor of it. */
  relativeTo(ancestor: Key): Key {
    if (ancestor.isRoot) return this
    if (this.#text === ancestor.#text) return Key.root
    if (!ancestor.isAncestorOf(this)) {
      throw keyInvalid(this.toString(), `it is not below ${JSON.stringify(ancestor.toString())}`)
    }
    return new Key(undefined, this.#text.slice(ancestor.#text.length))
  }

  /** The key as seen from `ancestor`, or `undefined` where it is neither that key nor below it. */
  seenFrom(ancestor: Key): Key | undefined {
    const prefix = ancestor.#text
    const text = this.#text
    const { length } = prefix
    if (length === 1) return this
    if (text.length === length) return text === prefix ? Key.root : undefined
    return text.length > length && text.charCodeAt(length) === 47 && text.startsWith(prefix)
      ? new Key(undefined, text.slice(length))
      : undefined
  }

  equals(other: Key): boolean {
    return this === other || this.#text === other.#text
  }

  [Symbol.iterator](): Iterator<string> {
    return this.segments[Symbol.iterator]()
  }

  toString(): string {
    return this.#text
  }

  toJSON(): string {
    return this.toString()
  }

  /** How Node prints a key when it is inspected. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Key(${JSON.stringify(this.toString())})`
  }
}

/** Takes `type:name` apart at the last `:`. */
export function splitSegment(segment: string): { readonly type: string; readonly name: string } {
  const colon = segment.lastIndexOf(':')
  return colon < 0
    ? { type: '', name: segment }
    : { type: segment.slice(0, colon), name: segment.slice(colon + 1) }
}

/** Why `segment` can't be one, or `undefined` when it can. */
export function segmentProblem(segment: unknown): string | undefined {
  if (typeof segment !== 'string') return `a segment is a string, not ${typeof segment}`
  if (segment === '') return 'a segment is empty'
  if (segment === '.' || segment === '..') return `the segment ${JSON.stringify(segment)} is not allowed`
  if (segment.includes('/')) return `the segment ${JSON.stringify(segment)} holds "/"`
  if (!segment.isWellFormed()) return 'it holds a lone surrogate, which UTF-8 cannot say'
  return undefined
}

function refuseRawSegment(segment: string): void {
  const problem = segmentProblem(segment)
  if (problem !== undefined) throw keyInvalid(segment, problem)
}

function refuseSegment(segment: string, text: string): void {
  if (segment === '.' || segment === '..' || !segment.isWellFormed()) {
    throw keyInvalid(text, segmentProblem(segment) ?? 'a segment is not allowed')
  }
}

/** `/` and segments joined by `/`, none of them empty, `.` or `..`. */
const CANONICAL = /^(?:\/(?!\.{1,2}(?:\/|$))[^/]+)+$/s
function keyInvalid(text: string, state: string): DatastoreError {
  return new DatastoreError('KEY_INVALID', `Cannot make a key of ${JSON.stringify(text)}: ${state}`)
}
