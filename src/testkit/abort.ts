import type { CallOptions } from '../core/datastore.ts'
import { type AbortError, DatastoreError } from '../core/errors.ts'
import { Key } from '../core/key.ts'
import type { Datastore } from '../core/open/datastore.ts'
import { expect } from './expect.ts'
import { noise } from './samples.ts'
import { collect, listAll, type Suite, walkKeys } from './suite.ts'

const [a, b] = [Key.of('a'), Key.of('b')]

export function describeAborts<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  type Verb = (store: Datastore<V>, options: CallOptions) => Promise<unknown>
  const reads: Record<string, Verb> = {
    get: (store, options) => store.get(a, options),
    has: (store, options) => store.has(a, options),
    stat: (store, options) => store.stat(a, options),
    list: (store, options) => store.list(Key.root, options),
    stats: (store, options) => store.stats(options),
    sync: (store, options) => store.sync(undefined, options),
    getMany: (store, options) => collect(store.getMany([a], options)),
  }
  if (suite.isBinary) reads['getStream'] = (store, options) => collect(store.getStream(a, options))
  const writes: Record<string, Verb> = {
    put: (store, options) => store.put(a, suite.value(3), options),
    'put of a new key': (store, options) => store.put(Key.of('new'), suite.value(3), options),
    putNew: (store, options) => store.putNew(Key.root, suite.value(3), options),
    delete: (store, options) => store.delete(a, options),
    prune: (store, options) => store.prune(Key.root, options),
    'delete with missingOk': (store, options) => store.delete(Key.of('x'), { ...options, missingOk: true }),
    rename: (store, options) => store.rename(a, Key.of('z'), options),
    putMany: (store, options) => collect(store.putMany([{ key: a, value: suite.value(3) }], options)),
    deleteMany: (store, options) => collect(store.deleteMany([a, b], options)),
    'batch.commit': (store, options) => store.batch().delete(a).put(b, suite.value(3)).commit(options),
  }
  const verbs = suite.isWritable ? { ...reads, ...writes } : reads

  describe('abort', () => {
    for (const [name, call] of Object.entries(verbs)) {
      it(`D13 ${name} with an aborted signal rejects with AbortError and does nothing`, async () => {
        const store = await suite.openWith('/a', '/b')
        const reason = new Error('changed my mind')
        const failed = await call(store, { signal: AbortSignal.abort(reason) }).catch(
          (error: unknown) => error,
        )
        expect(failed).toBeInstanceOf(DatastoreError)
        expect(failed).toMatchObject({ name: 'AbortError', code: 'ABORTED' })
        expect((failed as AbortError).cause).toBe(reason)
        expect(await walkKeys(store)).toEqual(['/a', '/b'])
        expect([await store.get(a), await store.get(b)]).toEqual([suite.value(0), suite.value(1)])
      })

      it(`D13 ${name} aborted while it runs either fails with AbortError or succeeds`, async () => {
        const store = await suite.openWith('/a', '/b')
        const abort = new AbortController()
        const running = call(store, { signal: abort.signal })
        abort.abort()
        const [outcome] = await Promise.allSettled([running])
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ABORTED' })
        const children = await listAll(store, Key.root)
        for (const child of children) expect(suite.samples).toContainEqual(await store.get(child.key))
        if (suite.isWritable) await store.put(a, suite.value(4))
        if (suite.isWritable) expect(await store.get(a)).toEqual(suite.value(4))
      })
    }

    it('D13 D8 getMany(), putMany() and deleteMany() end when aborted while their source yields nothing', async () => {
      const store = await suite.openWith('/a')
      const silent = <T>(first: T) => ({
        async *[Symbol.asyncIterator](): AsyncIterableIterator<T> {
          if (suite.isWritable) yield first
          await new Promise(() => undefined)
        },
      })
      const many: ((options: CallOptions) => AsyncIterable<unknown>)[] = [
        options => store.getMany(silent(a), options),
        options => store.putMany(silent({ key: a, value: suite.value(1) }), options),
        options => store.deleteMany(silent(a), options),
      ]
      for (const call of many) {
        const abort = new AbortController()
        const items = call({ signal: abort.signal })[Symbol.asyncIterator]()
        if (suite.isWritable) await items.next()
        const next = items.next()
        abort.abort()
        await expect(next).rejects.toMatchObject({ name: 'AbortError', code: 'ABORTED' })
      }
    })

    if (suite.isBinary && suite.takes({ valueBytes: 1_000_000 })) {
      it('D13 a stream aborted between chunks rejects with AbortError', async () => {
        const store = await suite.open([{ key: a, value: noise(1_000_000) as V }])
        const abort = new AbortController()
        const chunks = store.getStream(a, { signal: abort.signal })[Symbol.asyncIterator]()
        await chunks.next()
        abort.abort()
        const drain = async () => {
          while ((await chunks.next()).done !== true);
        }
        await expect(drain()).rejects.toMatchObject({ name: 'AbortError', code: 'ABORTED' })
        expect((await store.stat(a)).size).toBe(1_000_000)
      })
    }

    it('D13 a signal that never aborts changes nothing', async () => {
      const store = await suite.openWith('/a')
      const { signal } = new AbortController()
      expect(await store.get(a, { signal })).toEqual(suite.value(0))
      expect(await store.has(b, { signal })).toBe(false)
    })
  })
}
