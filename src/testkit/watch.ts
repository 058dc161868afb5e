import type { Change, WatchOptions } from '../core/datastore.ts'
import { Key } from '../core/key.ts'
import type { Datastore } from '../core/open/datastore.ts'
import { expect } from './expect.ts'
import { collect, expectFailure, type Suite } from './suite.ts'

export function describeWatch<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  describe('watch', () => {
    const { watch } = suite.capabilities
    if (watch === 'none') {
      it('D12 watch: UNSUPPORTED if it is not declared', async () => {
        const store = await suite.openWith('/w/kept')
        await expectFailure(collect(store.watch(Key.of('w'))), 'UNSUPPORTED', Key.of('w'))
      })
      return
    }

    it('D12 watch: own: the changes below a prefix are reported', async () => {
      const store = await suite.openWith('/w/kept')
      const put = await changeSeen(store, () => store.put(Key.of('w', 'new'), suite.value(1)))
      expect([put.type, String(put.key)]).toEqual(['put', '/w/new'])
      const gone = await changeSeen(store, async () => {
        await store.put(Key.of('ww'), suite.value(1))
        await store.delete(Key.of('w', 'kept'), { missingOk: true })
        if (watch === 'all') await store.put(Key.of('w', 'kept'), suite.value(1))
      })
      expect(String(gone.key)).toBe('/w/kept')
    })

    it('D73 watch: recursive: false: only the children of a prefix are reported', async () => {
      const store = await suite.openWith('/w/kept')
      const put = await changeSeen(store, () => store.put(Key.of('w', 'new'), suite.value(1)), {
        recursive: false,
      })
      expect(['/w/new', '/w']).toContain(put.key.toString())
    })

    if (watch === 'all' && suite.hasOthers) {
      it('D12 watch: all: changes through another open store of the same data are reported', async () => {
        const store = await suite.open()
        const other = await suite.beside(store)
        const seen = await changeSeen(store, () => other.put(Key.of('w', 'theirs'), suite.value(1)))
        expect(['/w/theirs', '/w']).toContain(seen.key.toString())
      })
    }

    it('D40 D13 a watch ends when its signal aborts', async () => {
      const store = await suite.open()
      const abort = new AbortController()
      const ended = collect(store.watch(Key.root, { signal: abort.signal }))
      abort.abort()
      await expectFailure(ended, 'ABORTED')
    })
  })
}

/**
 * The first change that a watcher of `/w` sees while `act` is repeated, because a watch may take a moment to
 * start.
 */
async function changeSeen<V>(
  store: Datastore<V>,
  act: () => Promise<unknown>,
  options: WatchOptions = {},
): Promise<Change> {
  const changes = store.watch(Key.of('w'), options)[Symbol.asyncIterator]()
  let seen: Change | undefined
  const first = changes.next().then(result => {
    if (result.done !== true) seen = result.value
  })
  for (let round = 0; seen === undefined; round++) {
    if (round === 200) throw new Error('The watcher saw no change')
    await act()
    await Promise.race([first, new Promise(resolve => setTimeout(resolve, 20))])
  }
  await changes.return?.()
  return seen
}
