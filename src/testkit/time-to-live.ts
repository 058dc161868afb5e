import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import { expectFailure, type Suite, walkKeys } from './suite.ts'

const [a, b] = [Key.of('ttl', 'a'), Key.of('ttl', 'b')]

/** `put` with `ttl`. */
export function describeTimeToLive<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  describe('time to live', () => {
    if (!suite.capabilities.write.ttl) {
      it('D21 D23 write.ttl: UNSUPPORTED if it is not declared, which the error says, and nothing is written', async () => {
        const store = await suite.open([{ key: a, value: suite.value(1) }])
        for (const key of [a, b]) {
          const put = store.put(key, suite.value(2), { ttl: 60_000 })
          await expectFailure(put, 'UNSUPPORTED', key)
          expect(await put.catch((error: unknown) => (error as Error).message)).toMatch(/\bttl\b/)
        }
        expect(await store.get(a)).toEqual(suite.value(1))
        expect(await walkKeys(store)).toEqual([a.toString()])
      })
      return
    }

    it('D21 write.ttl: a value is present until it expires, then absent', async () => {
      const store = await suite.open()
      const before = Date.now()
      await store.put(a, suite.value(1), { ttl: 60_000 })
      const { expires } = await store.stat(a)
      expect(expires, 'stat returns the expiry time').toBeDefined()
      expect(expires).toBeGreaterThanOrEqual(before + 59_000)
      expect(expires).toBeLessThanOrEqual(Date.now() + 61_000)
      await store.put(b, suite.value(2), { ttl: 20 })
      for (const deadline = Date.now() + 5000; await store.has(b); ) {
        expect(Date.now(), 'the value expires in time').toBeLessThanOrEqual(deadline)
        await new Promise(resolve => setTimeout(resolve, 5))
      }
      await expectFailure(store.get(b), 'NOT_FOUND', b)
      await expectFailure(store.put(b, suite.value(1), { create: false }), 'NOT_FOUND', b)
      expect(await walkKeys(store)).toEqual([a.toString()])
      await store.put(b, suite.value(3), { replace: false })
      expect(await store.get(a)).toEqual(suite.value(1))
    })

    it('D21 write.ttl: a put without one removes the expiry', async () => {
      const store = await suite.open()
      await store.put(a, suite.value(1), { ttl: 60_000 })
      await store.put(a, suite.value(2))
      // A store may limit the age of all its values, to a longer time.
      expect((await store.stat(a)).expires ?? Infinity).toBeGreaterThan(Date.now() + 61_000)
    })

    it('D49 write.ttl: a ttl that is not a positive number is a RangeError, and nothing is written', async () => {
      const store = await suite.open()
      for (const ttl of [0, -1, Number.NaN])
        await expect(store.put(a, suite.value(1), { ttl })).rejects.toBeInstanceOf(RangeError)
      expect(await walkKeys(store)).toEqual([])
    })
  })
}
