import type { Change, Datastore } from '../core/datastore.ts'
import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import { collect, expectFailure, type Suite } from './suite.ts'

export function describeWatch<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  describe('watch', () => {
    it('D12 watch() reports the changes below a prefix, or says that it cannot', async () => {
      const store = await suite.openWith('/w/kept')
      if (store.capabilities.watch === 'none') {
        await expectFailure(collect(store.watch(Key.of('w'))), 'UNSUPPORTED')
        return
      }
      const put = await changeSeen(store, () => store.put(Key.of('w', 'new'), suite.value(1)))
      expect([put.type, String(put.key)]).toEqual(['put', '/w/new'])
      const gone = await changeSeen(store, async () => {
        await store.put(Key.of('ww'), suite.value(1))
        await store.delete(Key.of('w', 'kept'), { missingOk: true })
        if (store.capabilities.watch === 'all') await store.put(Key.of('w', 'kept'), suite.value(1))
      })
      expect(String(gone.key)).toBe('/w/kept')
    })

    it('D40 D13 a watch ends when its signal fires', async () => {
      const store = await suite.open()
      if (store.capabilities.watch === 'none') return
      const abort = new AbortController()
      const ended = collect(store.watch(Key.root, { signal: abort.signal }))
      abort.abort()
      await expectFailure(ended, 'ABORTED')
    })
  })
}

/** The first change that a watcher of `/w` sees while `act` is repeated: a watch may take a moment to begin. */
async function changeSeen<V>(store: Datastore<V>, act: () => Promise<unknown>): Promise<Change> {
  const changes = store.watch(Key.of('w'))[Symbol.asyncIterator]()
  let seen: Change | undefined
  const first = changes.next().then(result => {
    if (result.done !== true) seen = result.value
  })
  for (let round = 0; seen === undefined; round++) {
    if (round === 200) throw new Error('The watcher saw nothing')
    await act()
    await Promise.race([first, new Promise(resolve => setTimeout(resolve, 20))])
  }
  await changes.return?.()
  return seen
}
