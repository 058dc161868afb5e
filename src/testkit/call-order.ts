import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import { noise } from './samples.ts'
import { collect, type Suite } from './suite.ts'

const [key, other] = [Key.of('k'), Key.of('o', 'other')]

/** Calls on one key take effect one at a time, in the order of the calls. */
export function describeCallOrder<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  describe('call order', () => {
    it('D16 of concurrent puts the last call wins, and each get returns the value of the put before it', async () => {
      const store = await suite.open()
      const count = 60
      const gets: Promise<V>[] = []
      const puts = Array.from({ length: count }, (_, index) => {
        const put = store.put(key, suite.value(index))
        gets.push(store.get(key))
        return put
      })
      await Promise.all(puts)
      expect(await Promise.all(gets)).toEqual(Array.from({ length: count }, (_, index) => suite.value(index)))
      expect(await store.get(key)).toEqual(suite.value(count - 1))
    })

    it('D16 concurrent put, delete and has on one key take effect in order', async () => {
      const store = await suite.open()
      const seen: Promise<boolean>[] = []
      const calls: Promise<unknown>[] = []
      for (let round = 0; round < 20; round++) {
        calls.push(store.put(key, suite.value(round)))
        seen.push(store.has(key))
        calls.push(store.delete(key))
        seen.push(store.has(key))
      }
      await Promise.all(calls)
      expect(await Promise.all(seen)).toEqual(Array.from({ length: 40 }, (_, index) => index % 2 === 0))
    })

    it('D16 a get called before a put returns the earlier value', async () => {
      const store = await suite.open([{ key, value: suite.value(1) }])
      const [before, , after] = await Promise.all([
        store.get(key),
        store.put(key, suite.value(2)),
        store.get(key),
      ])
      expect([before, after]).toEqual([suite.value(1), suite.value(2)])
    })

    if (suite.isBinary) {
      it('D16 a stream opened before a put reads the earlier value', async () => {
        const store = await suite.open([{ key, value: suite.value(2) }])
        const streamed = collect(store.getStream(key))
        const put = store.put(key, suite.value(3))
        expect(suite.indexOf(Buffer.concat(await streamed) as unknown as V)).toBe(2)
        await put
        const again = collect(store.getStream(key))
        await store.delete(key)
        expect(suite.indexOf(Buffer.concat(await again) as unknown as V)).toBe(3)
      })
    }

    it('D16 rename waits for earlier calls on both of its keys', async () => {
      const store = await suite.open([{ key: other, value: suite.value(0) }])
      const calls = [
        store.put(key, suite.value(1)),
        store.rename(key, other),
        store.get(other),
        store.put(key, suite.value(2)),
        store.rename(other, key),
        store.get(key),
        store.has(other),
      ] as const
      const results = await Promise.all(calls)
      expect([results[2], results[5], results[6]]).toEqual([suite.value(1), suite.value(1), false])
    })

    if (suite.isBinary && suite.takes({ valueBytes: 4000 })) {
      it('D16 a slow streamed put keeps its place before later calls', async () => {
        const store = await suite.open()
        async function* slow(): AsyncIterable<Uint8Array> {
          for (let chunk = 0; chunk < 4; chunk++) {
            await new Promise(resolve => setImmediate(resolve))
            yield noise(1000, chunk)
          }
        }
        const put = store.put(key, slow() as V)
        const get = store.get(key)
        const replace = store.put(key, suite.value(1))
        await Promise.all([put, replace])
        expect(await get).toHaveLength(4000)
        expect(await store.get(key)).toEqual(suite.value(1))
      })
    }

    if (suite.isBinary) {
      it('D16 a slow write to one key does not delay calls on another', async () => {
        const store = await suite.open()
        let finish: (() => void) | undefined
        const gate = new Promise<void>(resolve => {
          finish = resolve
        })
        async function* waiting(): AsyncIterable<Uint8Array> {
          yield noise(10)
          await gate
        }
        const put = store.put(key, waiting() as V)
        await store.put(other, suite.value(1))
        expect(await store.get(other)).toEqual(suite.value(1))
        finish?.()
        await put
      })
    }

    it('D16 a failed write does not block later calls', async () => {
      const store = await suite.open()
      const calls = await Promise.allSettled([
        store.put(key, suite.value(0), { create: false }),
        store.put(key, suite.value(1)),
        store.put(key, suite.value(2), { replace: false }),
        store.get(key),
        store.delete(key),
        store.delete(key),
        store.put(key, suite.value(3)),
      ])
      const outcomes = [
        'rejected',
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]
      expect(calls.map(({ status }) => status)).toEqual(outcomes)
      expect((await collect(store.getMany([key]))).map(({ value }) => value)).toEqual([suite.value(3)])
    })
  })
}
