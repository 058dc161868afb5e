import { followedBy } from '../../../../ordered/byte-order.ts'
import { type Argument, compact } from '../server/connection.ts'

/**
 * Names of layout `strata`: `<prefix>/<buckets>{<bucket>}=<key>` has the value of a key, `<prefix>{<bucket>}!keys` the
 * keys of a bucket in order, `<prefix>{<bucket>}!expiries` the expiring ones by time. A cluster keeps names with the
 * same text in braces on one master, so that a script can write them together.
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

  /** FNV-1a, 32 bits, of the key's bytes. The store's own records begin with 00 and are all in the first bucket. */
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

  /** The common beginning of the names of values in a bucket. */
  startOf(bucket: number): Buffer {
    return this.#values[bucket] as Buffer
  }

  /** The key of the name of a value; `undefined` for another name. */
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
