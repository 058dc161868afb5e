import { assertBytes, joinedChunks } from '../bytes.ts'
import type { ByteSource } from '../datastore.ts'
import { EndableStream } from './endable-stream.ts'
import { closeUnread, startStream } from './started-stream.ts'

/**
 * A value on its way to the store: bytes, or a stream of them. Bytes are lent until they are kept. They are
 * copied at most once, however many stores keep the value. A stream can be taken once.
 */
export class Payload {
  #bytes: Uint8Array | undefined
  #source: ByteSource | undefined
  #isKept: boolean

  private constructor(bytes: Uint8Array | undefined, source: ByteSource | undefined, isKept: boolean) {
    this.#bytes = bytes
    this.#source = source
    this.#isKept = isKept
  }

  /**
   * A value that a caller puts. Its bytes may change as soon as the call returns, so a list of chunks is copied at
   * once.
   * @throws TypeError for a value, or a chunk of a list, that is not bytes.
   */
  static lent(value: unknown): Payload {
    if (value instanceof Uint8Array) return new Payload(value, undefined, false)
    assertBytes(value)
    return Array.isArray(value) ? Payload.kept(joinedChunks(value)) : Payload.stream(value)
  }

  /** Bytes that no longer change. */
  static kept(bytes: Uint8Array): Payload {
    return new Payload(bytes, undefined, true)
  }

  static stream(source: ByteSource): Payload {
    return new Payload(undefined, source, true)
  }

  get isStream(): boolean {
    return this.#bytes === undefined
  }

  /** Whether it is a stream that was taken, so that it cannot be written again. */
  get isTaken(): boolean {
    return this.#bytes === undefined && this.#source === undefined
  }

  /** The bytes as they are now. They must not be written to, nor read after the call returns unless they are kept. */
  get bytes(): Uint8Array {
    if (this.#bytes === undefined) throw new Error('The value is a stream, so its bytes are not in memory')
    return this.#bytes
  }

  /**
   * Bytes that no longer change.
   * @param copy Makes the copy if one is needed, in the layout of the store that keeps it.
   */
  keep(copy: (bytes: Uint8Array) => Uint8Array = copyOf): Uint8Array {
    const { bytes } = this
    if (this.#isKept) return bytes
    this.#isKept = true
    this.#bytes = copy(bytes)
    return this.#bytes
  }

  /** Keeps the bytes, unless it is a stream. Called before any wait. */
  keepBytes(): void {
    if (!this.#isKept) this.keep()
  }

  /**
   * Called before a write waits for its turn. Keeps bytes. Begins a stream, because it may read the key that it is put
   * to (see `startStream`).
   */
  hold(): void {
    this.keepBytes()
    if (this.#source !== undefined) this.#source = startStream(toAsync(this.#source))
  }

  /** The stream as one that can be ended from outside; `undefined` for a list of chunks, and for bytes. */
  endable(): EndableStream<Uint8Array> | undefined {
    const source = this.#source
    if (source === undefined || Array.isArray(source)) return undefined
    const stream = source instanceof EndableStream ? source : new EndableStream(source)
    this.#source = stream
    return stream
  }

  /** The stream. The code that takes it must close it. */
  take(): ByteSource {
    const source = this.#source
    if (source === undefined) throw new Error('A stream can be taken once only')
    this.#source = undefined
    return source
  }

  /** Closes a stream that was not taken. */
  discard(): void {
    const source = this.#source
    this.#source = undefined
    if (source !== undefined) closeUnread(source)
  }
}

async function* toAsync<T>(source: AsyncIterable<T> | Iterable<T>): AsyncIterable<T> {
  yield* source
}

/**
 * A copy of bytes: `slice` of a Node `Buffer` would share its memory. Filling is faster than `new Uint8Array(bytes)`.
 */
export function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length)
  copy.set(bytes)
  return copy
}
