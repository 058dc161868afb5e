import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import { type Suite, walkKeys } from './suite.ts'

export function describeStats<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  describe('stats and sync', () => {
    it('D10 the count of stats() is as accurate as it declares', async () => {
      const store = await suite.openWith('/a', '/b/c', '/b/d', '/e')
      await store.delete(Key.of('e'))
      await store.put(Key.of('a'), suite.value(2))
      const { entries, bytes, accuracy } = await store.stats()
      expect(['exact', 'lower-bound', 'approximate', 'unknown']).toContain(accuracy)
      const held = [2, 1, 2].reduce(
        (sum, index) => sum + ((suite.value(index) as Uint8Array | null)?.length ?? 0),
        0,
      )
      if (accuracy === 'exact' && entries !== undefined) expect(entries).toBe(3)
      if (accuracy === 'exact' && bytes !== undefined && suite.isBinary) expect(bytes).toBe(held)
      if (accuracy === 'lower-bound' && entries !== undefined) expect(entries).toBeLessThanOrEqual(3)
      if (accuracy === 'lower-bound' && bytes !== undefined && suite.isBinary)
        expect(bytes).toBeLessThanOrEqual(held)
    })

    it('D10 the stats of an empty store are zero', async () => {
      const store = await suite.open()
      const { entries, bytes, accuracy } = await store.stats()
      if (accuracy === 'exact') expect([entries ?? 0, bytes ?? 0]).toEqual([0, 0])
    })

    it('D11 sync() of the store or of a part of it resolves and changes nothing', async () => {
      const store = await suite.openWith('/a/b')
      await store.sync()
      await store.sync(Key.of('a'))
      await store.sync(Key.of('absent'))
      expect(await walkKeys(store)).toEqual(['/a/b'])
    })

    it('D27 prune() removes no key, whatever its prefix', async () => {
      const keys = ['/a', '/a/b', '/c/d/e']
      const store = await suite.openWith(...(suite.hasValueAndBranch ? keys : keys.slice(1)))
      const before = await walkKeys(store)
      if (!suite.isWritable) {
        const failed = await store.prune(Key.root).catch((error: unknown) => error)
        expect((failed as { code?: string }).code).toBe('READ_ONLY')
        return
      }
      for (const prefix of ['/', '/a', '/c/d', '/c/d/e', '/absent/below'])
        await store.prune(Key.parse(prefix))
      expect(await walkKeys(store)).toEqual(before)
    })

    it('D11 sync() called after an un-awaited put includes it', async () => {
      const store = await suite.open()
      const put = store.put(Key.of('a'), suite.value(1))
      await store.sync()
      await put
      expect(await store.get(Key.of('a'))).toEqual(suite.value(1))
    })
  })
}
