import { Key } from '../core/key.ts'
import type { Datastore } from '../core/open/datastore.ts'
import { expect } from './expect.ts'
import { mebibyte, noise } from './samples.ts'
import { collect, expectFailure, type Suite, walkKeys } from './suite.ts'

const key = Key.of('s', 'stream')
const old = noise(300_000, 3)

export function describeStreams<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  if (!suite.isBinary || !suite.takes({ valueBytes: mebibyte.length * 3 })) return
  const open = () => suite.open([{ key, value: old as V }])

  describe('streams', () => {
    it('D7 getStream() gives the whole value in chunks', async () => {
      const store = await suite.open([{ key, value: mebibyte as V }])
      expect(Buffer.compare(await read(store), mebibyte)).toBe(0)
      await store.put(key, new Uint8Array() as V)
      expect((await read(store)).length).toBe(0)
    })

    if (suite.capabilities.read.stream) {
      it('D7 read.stream: a large value is read in small chunks', async () => {
        const store = await suite.open([{ key, value: mebibyte as V }])
        for await (const chunk of store.getStream(key))
          expect(chunk.length).toBeLessThanOrEqual(mebibyte.length / 4)
      })
    }

    it('D7 getStream() gives any range, clipped to the value', async () => {
      const store = await open()
      const ends = [0, 1, 65_535, 65_536, 65_537, 131_072, 299_999, 300_000, 300_001, 10_000_000]
      for (const start of [undefined, ...ends]) {
        for (const end of [undefined, 0, 1, 65_536, 200_000, 300_000, 10_000_000]) {
          const range = await read(store, { start, end })
          expect(Buffer.compare(range, old.slice(start ?? 0, end)), `${start}…${end}`).toBe(0)
        }
      }
    })

    it('D7 a bound that is not a whole number of bytes is a RangeError', async () => {
      const store = await open()
      for (const bound of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(read(store, { start: bound })).rejects.toBeInstanceOf(RangeError)
        await expect(read(store, { end: bound })).rejects.toBeInstanceOf(RangeError)
      }
    })

    it('D7 stopping a stream early leaves the store intact', async () => {
      const store = await open()
      for await (const chunk of store.getStream(key)) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
      await store.put(key, suite.value(1))
      expect(await store.get(key)).toEqual(suite.value(1))
    })

    it('D7 a reader gets one whole version while others write', async () => {
      const store = await open()
      const versions = [old, noise(300_000, 4), noise(100_000, 5)]
      const reads: Promise<Uint8Array>[] = []
      const writes = [1, 2, 1, 0, 2].map(index => {
        reads.push(read(store))
        return store.put(key, versions[index] as V)
      })
      for (const bytes of await Promise.all(reads)) {
        expect(versions.some(version => Buffer.compare(version, bytes) === 0)).toBe(true)
      }
      await Promise.all(writes)
    })

    it('D63 put() takes iterables and async iterables of bytes', async () => {
      const store = await suite.open()
      const chunks = [noise(70_000, 8), new Uint8Array(), noise(1, 9), noise(200_000, 10)]
      const sources: readonly unknown[] = [chunks, chunks.values(), slowly(chunks), lazily(chunks)]
      for (const source of sources) {
        const { etag } = await store.put(key, source as V)
        expect(Buffer.compare((await store.get(key)) as Uint8Array, Buffer.concat(chunks))).toBe(0)
        expect((await store.stat(key)).etag).toBe(etag)
        await store.delete(key)
      }
      await store.put(key, [] as unknown as V)
      expect(await store.get(key)).toEqual(new Uint8Array())
    })

    it('D15 a source may reuse its chunks', async () => {
      const store = await suite.open()
      const chunk = new Uint8Array(1000)
      async function* reused(): AsyncIterable<Uint8Array> {
        for (const byte of [1, 2, 3]) {
          yield chunk.fill(byte)
          await Promise.resolve()
        }
      }
      await store.put(key, reused() as V)
      const whole = (await store.get(key)) as Uint8Array
      expect([whole[0], whole[999], whole[1000], whole[2999]]).toEqual([1, 1, 2, 3])
    })

    it('D37 a put whose source fails keeps the old value, or leaves the key absent', async () => {
      const store = await open()
      const failed = new Error('the source failed')
      for (const target of [key, Key.of('s', 'fresh')]) {
        await expect(store.put(target, failing(failed) as V)).rejects.toMatchObject({
          message: 'the source failed',
        })
      }
      expect(Buffer.compare((await store.get(key)) as Uint8Array, old)).toBe(0)
      expect(await walkKeys(store)).toEqual([key.toString()])
    })

    it('D34 a chunk that is not bytes is a TypeError and keeps the old value', async () => {
      const store = await open()
      const chunks = [old, 'text']
      for (const source of [chunks, chunks.values()] as unknown as V[]) {
        await expect(store.put(key, source)).rejects.toBeInstanceOf(TypeError)
      }
      expect(Buffer.compare((await store.get(key)) as Uint8Array, old)).toBe(0)
    })

    it('D37 D13 a put aborted half-way keeps the old value and releases its source', async () => {
      const store = await open()
      for (const target of [key, Key.of('s', 'fresh')]) {
        const abort = new AbortController()
        let release: (() => void) | undefined
        const released = new Promise<void>(resolve => {
          release = resolve
        })
        async function* source(): AsyncIterable<Uint8Array> {
          try {
            for (let count = 0; count < 40; count++) {
              yield noise(70_000)
              if (count === 2) abort.abort()
            }
          } finally {
            release?.()
          }
        }
        const put = store.put(target, source() as V, { signal: abort.signal })
        await expectFailure(put, 'ABORTED', target)
        await released
      }
      expect(Buffer.compare((await store.get(key)) as Uint8Array, old)).toBe(0)
      expect(await walkKeys(store)).toEqual([key.toString()])
    })

    it('D13 a put ends when aborted while its source yields nothing', async () => {
      const store = await open()
      const abort = new AbortController()
      const source: AsyncIterable<Uint8Array> = {
        [Symbol.asyncIterator]: () => ({
          next: () => {
            setImmediate(() => abort.abort())
            return new Promise(() => undefined)
          },
        }),
      }
      await expectFailure(store.put(key, source as V, { signal: abort.signal }), 'ABORTED', key)
      expect(Buffer.compare((await store.get(key)) as Uint8Array, old)).toBe(0)
    })
  })
}

async function read<V>(
  store: Datastore<V>,
  range: { readonly start?: number | undefined; readonly end?: number | undefined } = {},
): Promise<Uint8Array> {
  const chunks = await collect(store.getStream(key, range))
  for (const chunk of chunks) expect(chunk).toBeInstanceOf(Uint8Array)
  return Buffer.concat(chunks)
}

function* lazily(chunks: readonly Uint8Array[]): Iterable<Uint8Array> {
  yield* chunks
}

async function* slowly(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) {
    await new Promise(resolve => setImmediate(resolve))
    yield chunk
  }
}

async function* failing(error: Error): AsyncIterable<Uint8Array> {
  yield noise(150_000)
  await Promise.resolve()
  throw error
}
