import { followedBy } from '../../../ordered/byte-order.ts'
import { type Argument, compact } from './connection.ts'

/**
 * Names of layout `strata`: `<prefix>/<buckets>{<bucket>}=<key>` has the value of a key, `<prefix>{<bucket>}!keys` the keys of a
 * bucket in order, `<prefix>{<bucket>}!expiries` those that expire, by time. A cluster keeps what has the same text in
 * braces on one master, so that a script may write them together.
 */
export class StrataNames {
  readonly buckets: number
  readonly #starts: readonly string[]
  readonly #values: readonly Buffer[]
  readonly #keys: readonly Buffer[]
  readonly #expiries: readonly Buffer[]

  constructor(prefix: string, buckets: number) {
    const start = (prefix === '' ? 'strata' : prefix) + (buckets === 1 ? '' : `/${buckets}`)
    const all = Array.from({ length: buckets }, (_, bucket) => `${start}{${bucket}}`)
    this.buckets = buckets
    this.#starts = all.map(one => `${one}=`)
    this.#values = this.#starts.map(one => Buffer.from(one))
    this.#keys = all.map(one => Buffer.from(`${one}!keys`))
    this.#expiries = all.map(one => Buffer.from(`${one}!expiries`))
  }

  /** FNV-1a, 32 bits, of the key's bytes. Keys of the store's own begin with 00 and are together in the first bucket. */
  bucketOf(key: Uint8Array): number {
    if (this.buckets === 1 || key[0] === 0) return 0
    let hash = 0x811c9dc5
    for (const byte of key) hash = Math.imul(hash ^ byte, 0x01000193)
    return (hash >>> 0) % this.buckets
  }

  valueOf(key: Uint8Array, bucket: number): Argument {
    const text = compact(Buffer.from(key.buffer, key.byteOffset, key.length))
    if (typeof text === 'string') return (this.#starts[bucket] as string) + text
    return Buffer.concat([this.#values[bucket] as Buffer, key])
  }

  keysOf(bucket: number): Buffer {
    return this.#keys[bucket] as Buffer
  }

  expiriesOf(bucket: number): Buffer {
    return this.#expiries[bucket] as Buffer
  }

  /** What the name of every value in a bucket begins with. */
  startOf(bucket: number): Buffer {
    return this.#values[bucket] as Buffer
  }

  /** The key of a value's name; `undefined` for another name. */
  keyOf(name: Buffer): Uint8Array | undefined {
    const start = this.#values.find(one => name.subarray(0, one.length).equals(one))
    return start && new Uint8Array(name.subarray(start.length))
  }
}

/** A bound of ZRANGEBYLEX. */
export function lexBound(kind: 'inclusive' | 'exclusive', key: Uint8Array): Buffer {
  const bytes = followedBy(key, 0)
  bytes.copyWithin(1, 0)
  bytes[0] = kind === 'inclusive' ? 0x5b : 0x28
  return Buffer.from(bytes.buffer)
}
