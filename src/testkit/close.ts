import { hasCode } from '../core/errors.ts'
import { Key } from '../core/key.ts'
import type { Datastore } from '../core/open/datastore.ts'
import { expect } from './expect.ts'
import { noise } from './samples.ts'
import { collect, expectFailure, type Suite, walkKeys } from './suite.ts'

const [a, b] = [Key.of('a'), Key.of('b')]

export function describeClose<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  const calls: Record<string, (store: Datastore<V>) => Promise<unknown>> = {
    get: store => store.get(a),
    has: store => store.has(a),
    stat: store => store.stat(a),
    list: store => store.list(Key.root),
    stats: store => store.stats(),
    sync: store => store.sync(),
    put: store => store.put(a, suite.value(1)),
    putNew: store => store.putNew(a, suite.value(1)),
    delete: store => store.delete(a),
    prune: store => store.prune(a),
    moveBranch: store => store.moveBranch(a, b),
    rename: store => store.rename(a, b),
    getMany: store => collect(store.getMany([a])),
    putMany: store => collect(store.putMany([{ key: a, value: suite.value(1) }])),
    deleteMany: store => collect(store.deleteMany([a])),
    'batch.commit': store => store.batch().delete(a).commit(),
  }
  if (suite.isBinary) calls['getStream'] = store => collect(store.getStream(a))
  const writes = new Set([
    'put',
    'putNew',
    'delete',
    'prune',
    'moveBranch',
    'rename',
    'putMany',
    'deleteMany',
    'batch.commit',
  ])

  describe('close', () => {
    for (const [name, call] of Object.entries(calls)) {
      it(`D42 ${name} after close is CLOSED`, async () => {
        const store = await suite.openWith('/a')
        await store.close()
        const code = suite.isWritable || !writes.has(name) ? ['CLOSED'] : ['CLOSED', 'READ_ONLY']
        const failed = await call(store).catch((error: unknown) => error)
        expect(code).toContain((failed as { code?: string }).code)
      })
    }

    it('D42 close() may be called again, concurrently or later, and disposing closes the store', async () => {
      const store = await suite.openWith('/a')
      await Promise.all([store.close(), store.close()])
      await store.close()
      await store[Symbol.asyncDispose]()
      await expectFailure(store.get(a), 'CLOSED', a)
    })

    it('D14 await using closes the store', async () => {
      const store = await suite.open()
      {
        await using disposed = store
        await disposed.stats()
      }
      await expectFailure(store.get(a), 'CLOSED', a)
    })

    it('D14 reads in flight complete before close() resolves', async () => {
      const store = await suite.openWith('/a', '/b')
      const order: string[] = []
      const reads = [store.get(a), store.stat(b), store.list(Key.root), store.has(a)].map(read =>
        read.then(() => order.push('read')),
      )
      const closed = store.close().then(() => order.push('closed'))
      await Promise.all([...reads, closed])
      expect(order).toEqual(['read', 'read', 'read', 'read', 'closed'])
    })

    it('D55 getMany() called before close() runs to its end, and close() waits for it', async () => {
      const store = await suite.openWith('/a', '/b')
      const { rest, isClosed } = await closedAfterFirst(store, store.getMany([a, b]))
      expect(await rest()).toEqual([{ key: b, value: suite.value(1) }])
      await isClosed
    })

    if (suite.isWritable) {
      it('D55 putMany() and deleteMany() called before close() run to their end', async () => {
        const pairs = [a, b].map((key, index) => ({ key, value: suite.value(index) }))
        const puts = await suite.open()
        const put = await closedAfterFirst(puts, puts.putMany(pairs))
        expect(await put.rest()).toEqual([b])
        await put.isClosed
        const deletes = await suite.openWith('/a', '/b')
        const deleted = await closedAfterFirst(deletes, deletes.deleteMany([a, b]))
        expect(await deleted.rest()).toEqual([b])
        await deleted.isClosed
      })
    }

    if (suite.isWritable && suite.isBinary) {
      it('D14 calls made before close() that wait for a write to their key still succeed', async () => {
        const store = await suite.openWith('/a', '/b')
        let finish: (() => void) | undefined
        const gate = new Promise<void>(resolve => {
          finish = resolve
        })
        async function* slow(): AsyncIterable<Uint8Array> {
          yield noise(10)
          await gate
          yield noise(10)
        }
        const put = store.put(a, slow() as V)
        const get = store.get(a)
        const replaced = store.put(a, suite.value(2))
        const last = store.stat(a)
        const renamed = store.rename(a, b)
        let isClosed = false
        const closed = store.close().then(() => {
          isClosed = true
        })
        await expectFailure(store.get(b), 'CLOSED', b)
        expect(isClosed).toBe(false)
        finish?.()
        await put
        expect(await get).toHaveLength(20)
        await replaced
        expect((await last).size).toBe((suite.value(2) as Uint8Array).length)
        await renamed
        await closed
      })
    }

    if (suite.isBinary && suite.takes({ valueBytes: 500_000 })) {
      it('D14 a stream open at close() completes or ends with CLOSED, and is never cut short', async () => {
        const value = noise(500_000)
        const store = await suite.open([{ key: a, value: value as V }])
        const chunks = store.getStream(a)[Symbol.asyncIterator]()
        const first = await chunks.next()
        const closed = store.close()
        const got: Uint8Array[] = [first.value as Uint8Array]
        try {
          for (let next = await chunks.next(); next.done !== true; next = await chunks.next())
            got.push(next.value)
          expect(Buffer.compare(Buffer.concat(got), value)).toBe(0)
        } catch (error) {
          if (!hasCode(error, 'CLOSED')) throw error
        }
        await closed
      })
    }

    if (suite.options.reopen !== undefined && suite.isWritable) {
      it('D43 close() never erases data: stored values are present after the store is reopened', async () => {
        const store = await suite.openWith('/a/b', '/c')
        const late = store.put(Key.of('late'), suite.value(2))
        await store.close()
        await late
        const again = await suite.reopen(store)
        expect(await walkKeys(again)).toEqual(['/a/b', '/c', '/late'])
        expect(await again.get(Key.of('late'))).toEqual(suite.value(2))
      })
    }
  })
}

/**
 * Closes a store after the first item of a call on many keys. Expects the store to stay open until the call
 * ends.
 */
async function closedAfterFirst<T>(store: Pick<Datastore<unknown>, 'close'>, items: AsyncIterable<T>) {
  const iterator = items[Symbol.asyncIterator]()
  await iterator.next()
  let hasClosed = false
  const isClosed = store.close().then(() => {
    hasClosed = true
  })
  const rest = async () => {
    const taken: T[] = []
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      expect(hasClosed, 'closed before the call ended').toBe(false)
      taken.push(next.value)
    }
    return taken
  }
  return { rest, isClosed }
}
