import { decode, ExtData, encode } from '@msgpack/msgpack'
import { assertLossless, type Format } from './lossless.ts'
import { assertExact } from './msgpack-exact.ts'
import type { Serializer } from './serializer.ts'

const MIN_INTEGER = -(2n ** 63n)
const MAX_INTEGER = 2n ** 64n - 1n

const FORMAT: Format = {
  name: 'MessagePack',
  problemOf: value => {
    if (value === undefined) return 'is undefined'
    if (Object.is(value, -0)) return 'is -0'
    if (typeof value === 'bigint' && (value < MIN_INTEGER || value > MAX_INTEGER))
      return 'is a bigint of more than 64 bits'
    return undefined
  },
  problemOfText: text => (text.startsWith('\ufeff') ? 'begins with a byte order mark' : undefined),
  problemOfName: name => (name === '__proto__' ? 'is __proto__, which is not read back' : undefined),
  isWhole: value => value instanceof Uint8Array || value instanceof ExtData || isDate(value),
}

/**
 * MessagePack, with `bigint` as 64-bit integers and dates as timestamps. Refuses values that would be decoded
 * differently: `undefined`, `-0`, `Map`, class instances, typed arrays other than bytes, holes, cycles, nesting over
 * 100.
 */
export const msgpack: Serializer<unknown> = {
  name: 'msgpack',
  encode: value => {
    assertLossless(value, FORMAT)
    return encode(value, { useBigInt64: true, ignoreUndefined: false })
  },
  decode: bytes => {
    assertExact(bytes)
    return decode(bytes, { useBigInt64: true })
  },
}

function isDate(value: object): boolean {
  return Object.getPrototypeOf(value) === Date.prototype && !Number.isNaN((value as Date).getTime())
}
