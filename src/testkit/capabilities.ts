import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import { collect, expectFailure, type Suite } from './suite.ts'

export function describeCapabilities<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  describe('capabilities', () => {
    it('D17 capabilities are plain and complete', async () => {
      const { capabilities } = await suite.open()
      const { read, write, durable, persistent, writable } = capabilities
      const choices = {
        query: ['native', 'partial', 'scan'],
        list: ['seek', 'level', 'store'],
        watch: ['none', 'own', 'all'],
        rename: ['none', 'copy', 'atomic'],
        batch: ['none', 'ordered', 'atomic'],
      } as const
      for (const flag of Object.keys(choices) as (keyof typeof choices)[])
        expect(choices[flag], flag).toContain(capabilities[flag])
      for (const flag of [read.range, read.stream, write.stream, write.ttl, durable, persistent, writable])
        expect(typeof flag).toBe('boolean')
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
