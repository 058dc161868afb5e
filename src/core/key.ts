import { DatastoreError } from './errors.ts'
import { fnv1a64 } from './hash/fnv1a64.ts'

/**
 * The name of a value: an immutable list of segments, printed `/a/b`. The root has no segments and prints `/`.
 * A segment is any Unicode text but empty, `.`, `..`, or text with `/` in it. It may read `type:name`.
 */
export class Key {
  static readonly root = new Key([], '/')

  /** The segments, outermost first. */
  readonly segments: readonly string[]
  #text: string | undefined
  #hash: bigint | undefined

  private constructor(segments: readonly string[], text?: string) {
    this.segments = segments
    this.#text = text
  }

  /**
   * Reads a key: a missing leading `/` is added, repeated `/` are one, a trailing `/` is dropped.
   * @throws DatastoreError `KEY_INVALID` for a `.` or `..` segment or a lone surrogate.
   */
  static parse(this: void, text: string): Key {
    if (typeof text !== 'string') throw new TypeError(`A key is read from a string, not from ${typeof text}`)
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
    return this.segments.length === 0
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
    this.#hash ??= fnv1a64(this.toString())
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
      return new Key([...this.segments, ...below.segments], this.toString() + below.toString())
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
    const text = this.#text
    return new Key(
      [...this.segments, segment],
      text === undefined ? undefined : this.isRoot ? `/${segment}` : `${text}/${segment}`,
    )
  }

  /** `/Actor`.instance(`Cleese`) → `/Actor:Cleese`. */
  instance(name: string): Key {
    if (this.isRoot) throw keyInvalid('/', 'the root has no segment to make an instance of')
    return this.parent.child(`${this.lastSegment}:${name}`)
  }

  /** Whether `other` is below this key. No key is an ancestor of itself, and `/a` is none of `/ab`. */
  isAncestorOf(other: Key): boolean {
    const { length } = this.segments
    if (length >= other.segments.length) return false
    for (let index = length - 1; index >= 0; index--) {
      if (this.segments[index] !== other.segments[index]) return false
    }
    return true
  }

  isDescendantOf(other: Key): boolean {
    return other.isAncestorOf(this)
  }

  /** The key as seen from `ancestor`, which must be this key or an ancestor of it. */
  relativeTo(ancestor: Key): Key {
    if (ancestor.isRoot) return this
    if (!this.equals(ancestor) && !ancestor.isAncestorOf(this)) {
      throw keyInvalid(this.toString(), `it is not below ${JSON.stringify(ancestor.toString())}`)
    }
    const rest = this.segments.slice(ancestor.depth)
    return rest.length === 0 ? Key.root : new Key(rest)
  }

  equals(other: Key): boolean {
    return this === other || this.toString() === other.toString()
  }

  [Symbol.iterator](): Iterator<string> {
    return this.segments[Symbol.iterator]()
  }

  toString(): string {
    this.#text ??= `/${this.segments.join('/')}`
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
  if (!isWellFormed(segment)) return 'it holds a lone surrogate, which UTF-8 cannot say'
  return undefined
}

function refuseRawSegment(segment: string): void {
  const problem = segmentProblem(segment)
  if (problem !== undefined) throw keyInvalid(segment, problem)
}

function refuseSegment(segment: string, text: string): void {
  if (segment === '.' || segment === '..' || !isWellFormed(segment)) {
    throw keyInvalid(text, segmentProblem(segment) ?? 'a segment is not allowed')
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u

function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text)
}

function keyInvalid(text: string, state: string): DatastoreError {
  return new DatastoreError('KEY_INVALID', `Cannot make a key of ${JSON.stringify(text)}: ${state}`)
}
