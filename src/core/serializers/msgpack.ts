import { decode, encode } from '@msgpack/msgpack'
import type { Serializer } from './serializer.ts'

/** MessagePack, integers past 2^53 as `bigint`. */
export const msgpack: Serializer<unknown> = {
  name: 'msgpack',
  encode: value => encode(value, { useBigInt64: true, ignoreUndefined: false }),
  decode: bytes => decode(bytes, { useBigInt64: true }),
}
