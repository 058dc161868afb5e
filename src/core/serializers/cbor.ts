import { type DecodeOptions, decode, encode, Token, Tokenizer, Type } from 'cborg'
import { assertLossless, type Format } from './lossless.ts'
import type { Serializer } from './serializer.ts'

const MIN_INTEGER = -(2n ** 64n)
const MAX_INTEGER = 2n ** 64n - 1n

const FORMAT: Format = {
  name: 'CBOR',
  deepest: 1000,
  problemOf: value => {
    if (typeof value !== 'bigint') return undefined
    if (value < MIN_INTEGER || value > MAX_INTEGER) return 'is a bigint of more than 64 bits'
    return Number.isSafeInteger(Number(value)) ? 'is a bigint that comes back as a number' : undefined
  },
  isWhole: value => value instanceof Uint8Array,
}

const OPTIONS: DecodeOptions = { allowBigInt: true, retainStringBytes: true, rejectDuplicateMapKeys: true }

/**
 * CBOR (RFC 8949), with integers past 2^53 as `bigint` and text as names in maps. Refuses values that would be decoded
 * differently: dates, `Map`, class instances, typed arrays other than bytes, small bigints, holes, cycles, nesting over
 * 1000.
 */
export const cbor: Serializer<unknown> = {
  name: 'cbor',
  encode: value => {
    assertLossless(value, FORMAT)
    return encode(value, {
      // It would be encoded as the integer 0.
      typeEncoders: { number: number => (Object.is(number, -0) ? [new Token(Type.float, -0)] : null) },
    })
  },
  decode: bytes => {
    // What a Buffer cuts off stays part of it.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    return decode(plain, { ...OPTIONS, tokenizer: new StrictText(plain, OPTIONS) }) as unknown
  },
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Keeps a byte order mark, and rejects invalid UTF-8. */
class StrictText extends Tokenizer {
  override next(): Token {
    const token = super.next()
    if (token.byteValue !== undefined) token.value = utf8.decode(token.byteValue)
    return token
  }
}
