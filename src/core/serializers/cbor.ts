import { decode, encode } from 'cborg'
import type { Serializer } from './serializer.ts'

/** CBOR (RFC 8949), integers past 2^53 as `bigint`. */
export const cbor: Serializer<unknown> = {
  name: 'cbor',
  encode: value => encode(value),
  decode: bytes => decode(bytes, { allowBigInt: true }) as unknown,
}
