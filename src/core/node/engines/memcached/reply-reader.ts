/** An answer of the server: the first line, and the value that follows it, if any. */
export interface Reply {
  /** `VA`, `HD`, `EN`, `NF`, `NS`, `EX`, `MN` … */
  readonly status: string
  /** The flags: `c12 t-1`. For an error its text. */
  readonly rest: string
  /** A copy of the value. */
  readonly value: Uint8Array | undefined
}

const LINE_FEED = 0x0a
const END_BYTES = 2
/** The maximum length of a line that is read as a status: longer lines do not come from memcached. */
const MAX_LINE_LENGTH = 65_536

/**
 * Reads answers of the meta protocol out of chunks. Source: memcached, "doc/protocol.txt", "Meta Commands".
 */
export class ReplyReader {
  readonly #each: (reply: Reply) => void
  /** What is left of earlier chunks: the beginning of a line. */
  #left: Buffer | undefined
  /** The value that is being read, with the two bytes after it, how much of it is there, and its line. */
  #value: Buffer | undefined
  #filled = 0
  #line = ''

  constructor(each: (reply: Reply) => void) {
    this.#each = each
  }

  /** @throws Error if the server sends something else. */
  take(given: Buffer): void {
    let chunk = given
    let at = 0
    if (this.#value !== undefined) at = this.#fill(this.#value, chunk, 0)
    else if (this.#left !== undefined) chunk = Buffer.concat([this.#left, given])
    this.#left = undefined
    while (at < chunk.length) {
      const end = chunk.indexOf(LINE_FEED, at)
      if (end < 0) {
        if (chunk.length - at > MAX_LINE_LENGTH) throw new Error('The server sends no answers of memcached')
        this.#left = chunk.subarray(at)
        return
      }
      const line = chunk.toString('latin1', at, chunk[end - 1] === 0x0d ? end - 1 : end)
      at = end + 1
      if (!line.startsWith('VA ')) {
        this.#emit(line, undefined)
        continue
      }
      const space = line.indexOf(' ', 3)
      const size = Number(space < 0 ? line.slice(3) : line.slice(3, space))
      const whole = size + END_BYTES
      if (at + whole <= chunk.length) {
        this.#emit(line, copied(chunk, at, size))
        at += whole
        continue
      }
      this.#line = line
      this.#value = Buffer.allocUnsafe(whole)
      this.#filled = 0
      at = this.#fill(this.#value, chunk, at)
    }
  }

  #fill(value: Buffer, chunk: Buffer, at: number): number {
    const taken = chunk.copy(value, this.#filled, at)
    this.#filled += taken
    if (this.#filled === value.length) {
      this.#value = undefined
      const { buffer, byteOffset, length } = value
      this.#emit(this.#line, new Uint8Array(buffer, byteOffset, length - END_BYTES))
    }
    return at + taken
  }

  #emit(line: string, value: Uint8Array | undefined): void {
    const space = line.indexOf(' ')
    const status = space < 0 ? line : line.slice(0, space)
    let rest = space < 0 ? '' : line.slice(space + 1)
    if (value !== undefined) {
      // The size comes before the flags.
      const next = rest.indexOf(' ')
      rest = next < 0 ? '' : rest.slice(next + 1)
    }
    this.#each({ status, rest, value })
  }
}

/** A flag in an answer: `flagOf('c12 t-1', 'c')` is 12. */
export function flagOf(rest: string, flag: string): number | undefined {
  for (let at = 0; at >= 0 && at < rest.length; ) {
    const end = rest.indexOf(' ', at)
    if (rest[at] === flag) return Number(rest.slice(at + 1, end < 0 ? undefined : end))
    at = end < 0 ? -1 : end + 1
  }
  return undefined
}

/** A copy in Node's pool, so that a small value does not keep the chunk alive. Not a `Buffer`, whose `slice` does not copy. */
function copied(chunk: Buffer, start: number, size: number): Uint8Array {
  const { buffer, byteOffset } = Buffer.allocUnsafe(size)
  const copy = new Uint8Array(buffer, byteOffset, size)
  copy.set(chunk.subarray(start, start + size))
  return copy
}
