import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cache } from '../../../src/core/adapters/cache.ts'
import { transformed } from '../../../src/core/adapters/transformed.ts'
import type { BinaryDatastore } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { readOnly } from '../../../src/core/layers/lock.ts'
import { brotli } from '../../../src/core/node/serializers/brotli.ts'
import { hasZstd, zstd } from '../../../src/core/node/serializers/zstd.ts'
import { aesGcm } from '../../../src/core/serializers/aes-gcm.ts'
import { gzip } from '../../../src/core/serializers/gzip.ts'
import type { ByteTransform } from '../../../src/core/serializers/serializer.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { noise } from '../../../src/testkit/samples.ts'
import { collect, expectFailure, listAll } from '../../../src/testkit/suite.ts'
import { BreakableDatastore } from './breakable.ts'

const key = Key.parse('/films/Brazil')
const value = new Uint8Array(300_000).map((_, index) => index % 251)
const cryptoKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
  'encrypt',
  'decrypt',
])
const transforms: ByteTransform[] = [gzip, brotli, aesGcm(cryptoKey), ...(hasZstd ? [zstd] : [])]

describe.each(transforms)('transformed by $name', transform => {
  it('V3 D7 returns any range of the decoded value', async () => {
    const store = transformed(new MemoryDatastore(), transform)
    await store.put(key, value)
    const bound = fc.option(fc.nat(310_000), { nil: undefined })
    const run = async (start: number | undefined, end: number | undefined) => {
      const range = Buffer.concat(await collect(store.getStream(key, { start, end })))
      expect(Buffer.compare(range, value.slice(start ?? 0, end))).toBe(0)
    }
    await fc.assert(fc.asyncProperty(bound, bound, run), { numRuns: 30 })
  })

  it('V2 bytes that do not decode are CORRUPT for every kind of read, and stay', async () => {
    const below = new MemoryDatastore()
    const store = transformed(below, transform)
    await store.put(key, value)
    const stored = await below.get(key)
    for (const broken of [stored.slice(0, -5), noise(1000), new Uint8Array()]) {
      await below.put(key, broken)
      await expectFailure(store.get(key), 'CORRUPT', key)
      await expectFailure(collect(store.getStream(key)), 'CORRUPT', key)
      await expectFailure(store.stat(key), 'CORRUPT', key)
      expect(await below.get(key)).toEqual(broken)
      expect(await store.has(key)).toBe(true)
    }
    await store.put(key, Uint8Array.of(1))
    expect(await store.get(key)).toEqual(Uint8Array.of(1))
  })

  it('V1 D18 a failure of the store below is passed on unchanged, and not as CORRUPT', async () => {
    const below = new BreakableDatastore()
    const store = transformed(below, transform)
    await store.put(key, value)
    below.breakOn('get', 'put')
    await expectFailure(store.get(key), 'IO', key)
    await expectFailure(collect(store.getStream(key)), 'IO', key)
    await expectFailure(store.put(key, [value].values()), 'IO', key)
    await expectFailure(store.put(key, value), 'IO', key)
  })
})

describe('transformed', () => {
  it('V3 A1 stat() and fresh reads describe the version below that writes are compared with, not a copy of it', async () => {
    const reads = {
      size: async (store: BinaryDatastore) => (await store.stat(key)).size,
      stream: async (store: BinaryDatastore) =>
        Buffer.concat(await collect(store.getStream(key, { fresh: true }))).length,
    }
    for (const read of Object.values(reads)) {
      const below = new MemoryDatastore()
      const store = transformed(cache(below), gzip)
      await store.put(key, value)
      await transformed(below, gzip).put(key, value.slice(0, 10))
      expect(await store.get(key)).toHaveLength(value.length)
      expect(await read(store)).toBe(10)
    }
  })

  it('V1 other programs can read the stored form', async () => {
    for (const [transform, decode] of [
      [gzip, gunzipSync],
      [brotli, brotliDecompressSync],
    ] as const) {
      const below = new MemoryDatastore()
      const store = transformed(below, transform)
      for (const source of [value, [value.slice(0, 1000), value.slice(1000)]]) {
        await store.put(key, source)
        const stored = await below.get(key)
        expect(stored.length).toBeLessThan(value.length / 10)
        expect(Buffer.compare(decode(stored), value)).toBe(0)
      }
    }
  })

  it('D4 stat() returns the size of the decoded value, computed once for each version', async () => {
    const below = new BreakableDatastore()
    const store = transformed(below, gzip)
    const { etag } = await store.put(key, value)
    below.breakOn('get')
    expect(await store.stat(key)).toMatchObject({ size: 300_000, etag })
    below.mend()
    await below.put(key, await gzip.encode(noise(5000)))
    expect((await store.stat(key)).size).toBe(5000)
    below.breakOn('get')
    expect((await store.stat(key)).size).toBe(5000)
    await store.put(key, [noise(10), noise(20)].values())
    expect((await store.stat(key)).size).toBe(30)
    below.mend()
    const again = transformed(below, gzip)
    expect((await again.stat(key)).size).toBe(30)
  })

  it('D9 D10 the size of the stored form is never reported as the size of the value', async () => {
    const store = transformed(new MemoryDatastore(), gzip)
    await store.put(key, value)
    expect((await listAll(store, key.parent)).map(child => child.size)).toEqual([undefined])
    expect(await store.stats()).toEqual({ entries: 1, accuracy: 'exact' })
    const bySize = { where: { field: 'size', op: '=', value: 300_000 }, keysOnly: true } as const
    await expectFailure(collect(store.query(bySize)), 'QUERY_UNSUPPORTED')
    expect(await collect(store.query(bySize, { scan: true }))).toEqual([{ key }])
    expect(await collect(store.query({ keysOnly: true }))).toEqual([{ key }])
  })

  it('D17 capabilities report whether values stream', async () => {
    expect(transformed(new MemoryDatastore(), gzip).capabilities).toMatchObject({
      read: { stream: true },
      write: { stream: true },
      query: 'partial',
    })
    expect(transformed(new MemoryDatastore(), aesGcm(cryptoKey)).capabilities.write.stream).toBe(false)
  })
})

/** Returns the same bytes, in the same memory. */
const identity: ByteTransform = {
  name: 'nothing',
  encode: bytes => bytes,
  decode: bytes => bytes,
  encodeStream: chunks => chunks,
  decodeStream: chunks => chunks,
}

describe('a custom transform', () => {
  it('D15 may return the bytes it received: neither caller nor store sees changes by the other', async () => {
    const store = transformed(new MemoryDatastore(), identity)
    const mine = Uint8Array.of(1, 2)
    const put = store.put(key, mine)
    mine.fill(0)
    await put
    const got = await store.get(key)
    expect(got).toEqual(Uint8Array.of(1, 2))
    got.fill(0)
    for (const chunk of await collect(store.getStream(key))) chunk.fill(0)
    expect(await store.get(key)).toEqual(Uint8Array.of(1, 2))
  })

  it('V1 that cannot encode a value fails with VALUE_INVALID, for whole values and streams, and the old value stays', async () => {
    const odd = (bytes: Uint8Array): Uint8Array => {
      if (bytes.length % 2 === 1) throw new TypeError('an odd number of bytes')
      return bytes
    }
    const even: ByteTransform = {
      ...identity,
      encode: odd,
      encodeStream: async function* (chunks) {
        for await (const chunk of chunks) yield odd(chunk)
      },
    }
    const store = transformed(new MemoryDatastore(), even)
    await store.put(key, Uint8Array.of(1, 2))
    await expectFailure(store.put(key, Uint8Array.of(1)), 'VALUE_INVALID', key)
    await expectFailure(
      store.put(key, [Uint8Array.of(1, 2), Uint8Array.of(3)].values()),
      'VALUE_INVALID',
      key,
    )
    expect(await store.get(key)).toEqual(Uint8Array.of(1, 2))
  })
})

describe('transformed, as a store', () => {
  it('D7 a stream that the store below rejects unread is closed', async () => {
    let isClosed = false
    const source: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value }),
        return: async () => {
          isClosed = true
          return { done: true, value: undefined }
        },
      }),
    }
    const store = transformed(readOnly(new MemoryDatastore()), gzip)
    await expectFailure(store.put(key, source), 'READ_ONLY', key)
    await expect.poll(() => isClosed).toBe(true)
  })

  it('D22 a refused write does not change the size that stat() reports', async () => {
    const store = transformed(new MemoryDatastore(), gzip)
    await store.put(key, value)
    for (const other of [value.slice(1), [value.slice(1)]]) {
      await expectFailure(store.put(key, other, { replace: false }), 'ALREADY_EXISTS', key)
      await expectFailure(store.put(key, other, { ifMatch: 'other' }), 'CONFLICT', key)
    }
    expect((await store.stat(key)).size).toBe(value.length)
  })
})

describe('zstd', () => {
  it('V1 decodes what it encoded, whole and in chunks', async ctx => {
    if (!hasZstd) ctx.skip(`Node.js ${process.version} has no zstd; it came with 22.15`)
    const store = transformed(new MemoryDatastore(), zstd)
    const run = async (bytes: Uint8Array) => {
      await store.put(key, bytes)
      expect(Buffer.compare(await store.get(key), bytes)).toBe(0)
      await store.put(key, [bytes, bytes].values())
      expect(
        Buffer.compare(Buffer.concat(await collect(store.getStream(key))), Buffer.concat([bytes, bytes])),
      ).toBe(0)
    }
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), run), { numRuns: 30 })
  })

  it('V4 without support in the runtime, fails with UNSUPPORTED and names alternatives', async ctx => {
    if (hasZstd) ctx.skip(`Node.js ${process.version} has zstd`)
    const store = transformed(new MemoryDatastore(), zstd)
    const calls = [store.put(key, value), store.put(key, [value].values())]
    for (const call of calls) {
      await expectFailure(call, 'UNSUPPORTED', key)
      await expect(call).rejects.toThrow(/use gzip or brotli/)
    }
    const below = new MemoryDatastore()
    await below.put(key, value)
    await expectFailure(transformed(below, zstd).get(key), 'UNSUPPORTED', key)
    await expectFailure(collect(transformed(below, zstd).getStream(key)), 'UNSUPPORTED', key)
  })
})
