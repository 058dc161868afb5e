import { onAbort } from '../../../concurrency/abortable.ts'
import { AbortError, failure } from '../../../errors.ts'
import type { Found } from '../../../open/store.ts'
import type { S3Bucket, S3Object } from './bucket.ts'
import type { ObjectForm } from './object-form.ts'

/** The bytes of an object, in pieces as they arrive. A consumer that stops early has to call `return`. */
export class BodyStream implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #bucket: S3Bucket
  readonly #object: S3Object
  readonly #signal: AbortSignal | undefined
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #settle: (() => void) | undefined
  #read = 0

  constructor(bucket: S3Bucket, object: S3Object, signal: AbortSignal | undefined) {
    this.#bucket = bucket
    this.#object = object
    this.#signal = signal
    // A body that is not read may still be cut.
    object.body.on('error', () => undefined)
    this.#chunks = (object.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
    if (signal?.aborted === true) object.body.destroy()
    else this.#settle = signal && onAbort(signal, () => object.body.destroy())
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    let step: IteratorResult<Uint8Array>
    try {
      step = await this.#chunks.next()
    } catch (error) {
      this.#settle?.()
      this.#throwIfAborted()
      throw this.#bucket.cut('read', error)
    }
    if (step.done !== true) {
      const { buffer, byteOffset, length } = step.value
      this.#read += length
      return { done: false, value: new Uint8Array(buffer, byteOffset, length) }
    }
    this.#settle?.()
    this.#throwIfAborted()
    const { size } = this.#object
    if (this.#read < size) {
      const state = `the server ended the value after ${this.#read} of ${size} bytes`
      throw this.#bucket.cut('read', failure('CONNECTION', 'read', undefined, state))
    }
    return { done: true, value: undefined }
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#settle?.()
    // Closes the connection, which would have to take the rest otherwise.
    this.#object.body.destroy()
    return Promise.resolve({ done: true, value: undefined })
  }

  #throwIfAborted(): void {
    if (this.#signal?.aborted === true) throw new AbortError('read', { cause: this.#signal.reason })
  }
}

/** All bytes of an object. */
export async function bytesOf(
  bucket: S3Bucket,
  object: S3Object,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(object.size)
  let at = 0
  for await (const chunk of new BodyStream(bucket, object, signal)) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/** The value in an object; `undefined` where there is none. */
export async function readObject(
  bucket: S3Bucket,
  form: ObjectForm,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Found | undefined> {
  const object = await bucket.get(name, undefined, signal)
  if (object === undefined || object === 'empty') return undefined
  const bytes = await bytesOf(bucket, object, signal)
  return { bytes, shared: false, etag: form.etagOf(object), mtime: form.mtimeOf(object) }
}
