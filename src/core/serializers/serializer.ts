/** Converts a value to bytes and back. `decode(encode(value))` equals the value. */
export interface Serializer<T> {
  /** For messages: `json`. */
  readonly name: string
  /** @throws TypeError for a value that it cannot represent without loss. */
  encode(value: T): Uint8Array | Promise<Uint8Array>
  /**
   * Throws an error for bytes that it did not encode; the store reports it as `CORRUPT`. Must not write to the bytes.
   */
  decode(bytes: Uint8Array): T | Promise<T>
  /** Whether a decoded value shares no memory with its bytes, so that they need not be copied. Default false. */
  readonly isDetached?: boolean | undefined
}

/** A serializer from bytes to bytes: compression, encryption. */
export interface ByteTransform extends Serializer<Uint8Array> {
  /** Encodes chunk by chunk in bounded memory, if the format allows it. */
  encodeStream?(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  decodeStream?(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

/** Applies one after the other: `pipe(json, gzip)` converts values to JSON and that to gzip. */
export function pipe<T>(serializer: Serializer<T>, ...transforms: readonly ByteTransform[]): Serializer<T> {
  return {
    name: [serializer, ...transforms].map(each => each.name).join(' + '),
    encode: async value => {
      let bytes = await serializer.encode(value)
      for (const transform of transforms) bytes = await transform.encode(bytes)
      return bytes
    },
    decode: async stored => {
      let bytes = stored
      for (const transform of transforms.toReversed()) bytes = await transform.decode(bytes)
      return serializer.decode(bytes)
    },
    isDetached: [serializer, ...transforms].some(each => each.isDetached === true),
  }
}

const encoder = new TextEncoder()
const LONE_SURROGATE = /\p{Surrogate}/u

/** Text as UTF-8. A byte order mark is kept. */
export const text: Serializer<string> = {
  name: 'text',
  encode: value => {
    if (typeof value !== 'string') throw new TypeError(`text holds strings, not ${typeof value}`)
    if (LONE_SURROGATE.test(value)) throw new TypeError('text cannot hold a lone surrogate: UTF-8 has none')
    return encoder.encode(value)
  },
  decode: textOf,
  isDetached: true,
}

/** @throws TypeError for bytes that are not valid UTF-8. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
}
