import { describe, expect, it } from 'vitest'
import { Key } from '../../src/core/key.ts'
import type { Suite } from './suite.ts'
import { collect, expectFailure } from './suite.ts'

export function describeCapabilities<V>(suite: Suite<V>): void {
  describe('capabilities', () => {
    it('D17 capabilities are plain and complete', async () => {
      const { capabilities } = await suite.open()
      expect(capabilities).toMatchObject({
        query: expect.stringMatching(/^(native|partial|scan)$/) as string,
        list: expect.stringMatching(/^(seek|level|store)$/) as string,
        watch: expect.stringMatching(/^(none|own|all)$/) as string,
        rename: expect.stringMatching(/^(none|copy|atomic)$/) as string,
        batch: expect.stringMatching(/^(none|ordered|atomic)$/) as string,
        read: { range: expect.any(Boolean) as boolean, stream: expect.any(Boolean) as boolean },
        write: { stream: expect.any(Boolean) as boolean, ttl: expect.any(Boolean) as boolean },
        durable: expect.any(Boolean) as boolean,
        persistent: expect.any(Boolean) as boolean,
        writable: expect.any(Boolean) as boolean,
      })
      expect(JSON.parse(JSON.stringify(capabilities))).toEqual(capabilities)
    })

    it('D20 objects says whether values are objects and not bytes', async () => {
      const { capabilities } = await suite.open()
      expect(capabilities.objects === true).toBe(!suite.isBinary)
      if (capabilities.objects === true) expect(capabilities.write.stream).toBe(false)
    })

    it('D17 writable says whether writes are taken', async () => {
      const store = await suite.openWith('/a')
      expect(store.capabilities.writable).toBe(suite.isWritable)
      const put = store.put(Key.of('a'), suite.value(1))
      if (suite.isWritable) await put
      else await expectFailure(put, 'READ_ONLY', Key.of('a'))
    })

    it('D17 Q7 query says whether queries are answered without a scan', async () => {
      const store = await suite.openWith('/a', '/b')
      const answer = collect(store.query({}))
      if (store.capabilities.query === 'native') expect(await answer).toHaveLength(2)
      if (store.capabilities.query === 'scan') await expectFailure(answer, 'QUERY_UNSUPPORTED')
      await answer.catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'QUERY_UNSUPPORTED' })
      })
    })

    it('D17 order says that children come in key order from below', async () => {
      const store = await suite.openWith('/c', '/a', '/b')
      const { children } = await store.list(Key.root)
      expect(children.map(child => child.name)).toEqual(['a', 'b', 'c'])
    })
  })
}
