import { createHook } from 'node:async_hooks'
import { describe, expect, it, vi } from 'vitest'
import { MountDatastore } from '../../../src/core/adapters/mount.ts'
import { NamespaceDatastore } from '../../../src/core/adapters/namespace.ts'
import { compareHome } from '../../../src/core/adapters/sharded/move-key.ts'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { SymlinkDatastore, symlink } from '../../../src/core/adapters/symlink/symlink.ts'
import { SpanHub } from '../../../src/core/adapters/trace/open-span.ts'
import { transformed } from '../../../src/core/adapters/transformed.ts'
import { collectBytes } from '../../../src/core/bytes.ts'
import { MINIMAL } from '../../../src/core/capabilities.ts'
import { Key } from '../../../src/core/key.ts'
import { type Layer, layered } from '../../../src/core/layers/layer.ts'
import { metrics } from '../../../src/core/layers/metrics.ts'
import { retry } from '../../../src/core/layers/retry.ts'
import { timeout } from '../../../src/core/layers/timeout.ts'
import { Call } from '../../../src/core/open/call.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { moveBetween } from '../../../src/core/open/move-between.ts'
import { OpenStore } from '../../../src/core/open/open-store.ts'
import { Payload } from '../../../src/core/open/payload.ts'
import type { Operation } from '../../../src/core/open/store.ts'
import type { Query } from '../../../src/core/query/query.ts'
import { gzip } from '../../../src/core/serializers/gzip.ts'
import { json } from '../../../src/core/serializers/json.ts'
import { MemoryDatastore, MemoryStore } from '../../../src/core/stores/memory.ts'
import { MapStore, SlowStore } from './map-store.ts'

const key = Key.parse('/a')
const value = new Uint8Array(100).fill(7)

/** Returns a stream once `answer` is called. */
class LateStreams extends SlowStore {
  override readonly capabilities = { ...MINIMAL, read: { ...MINIMAL.read, stream: true } }
  closed = 0
  answer: () => void = () => undefined
  #asked: () => void = () => undefined
  readonly isAsked = new Promise<void>(resolve => {
    this.#asked = resolve
  })

  stream(): Promise<AsyncIterable<Uint8Array>> {
    this.#asked()
    const end = { done: true as const, value: undefined }
    const close = async () => {
      this.closed++
      return end
    }
    const chunks = { [Symbol.asyncIterator]: () => ({ next: async () => end, return: close }) }
    return new Promise(resolve => {
      this.answer = () => resolve(chunks)
    })
  }
}

function firstChunk(store: Datastore, signal?: AbortSignal): Promise<unknown> {
  return store.getStream(key, { signal })[Symbol.asyncIterator]().next()
}

describe('undeclared capabilities', () => {
  class LimitedStore extends MapStore {
    override readonly capabilities = { ...MINIMAL, limits: { keyBytes: 8, segmentBytes: 4, valueBytes: 3 } }
  }
  class ReadOnlyStore extends MapStore {
    override readonly capabilities = { ...MINIMAL, writable: false }
  }

  it('D23 a time to live is UNSUPPORTED, and nothing is written', async () => {
    const store = new OpenStore(new MapStore())
    expect(() => store.write(key, Payload.lent(value), Call.from({ ttl: 1000 }))).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', key }),
    )
    expect(await store.has(key, Call.plain)).toBe(false)
  })

  it('D45 keys and values over the limits are rejected by name, also as streams', async () => {
    const store = new Datastore(new LimitedStore())
    const short = new Uint8Array(3)
    await store.put(Key.parse('/abcd/ab'), short)
    for (const text of ['/abcd/abc', '/abcde']) {
      const long = Key.parse(text)
      await expect(store.put(long, short)).rejects.toMatchObject({ code: 'KEY_INVALID', key: long })
      await expect(store.rename(Key.parse('/abcd/ab'), long)).rejects.toMatchObject({ code: 'KEY_INVALID' })
    }
    await expect(store.put(key, new Uint8Array(4))).rejects.toMatchObject({ code: 'VALUE_INVALID', key })
    await expect(store.put(key, [short, short].values())).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      key,
    })
    await expect(store.batch().put(key, new Uint8Array(4)).commit()).rejects.toMatchObject({
      code: 'VALUE_INVALID',
    })
    expect(await store.has(key)).toBe(false)
  })

  it('D45 a stream is not read past the limit, and one that is rejected unread is closed', async () => {
    class StreamingStore extends LimitedStore {
      override readonly capabilities = {
        ...new LimitedStore().capabilities,
        write: { ...MINIMAL.write, stream: true, ifAbsent: 'process' as const },
      }
      override async write(at: Key, payload: Payload, call = Call.plain) {
        if (!call.options.replace) return { refused: 'exists' as const }
        const bytes = payload.isStream ? await collectBytes(payload.take(), at) : payload.keep()
        return super.write(at, Payload.kept(bytes))
      }
    }
    for (const store of [new Datastore(new LimitedStore()), new Datastore(new StreamingStore())]) {
      const pulled = { count: 0, isClosed: false }
      const endless = async function* () {
        try {
          for (;;) {
            pulled.count++
            yield new Uint8Array(2)
          }
        } finally {
          pulled.isClosed = true
        }
      }
      await expect(store.put(key, endless())).rejects.toMatchObject({ code: 'VALUE_INVALID', key })
      expect(pulled).toEqual({ count: 2, isClosed: true })
      expect(await store.has(key)).toBe(false)
      await store.put(key, [new Uint8Array(2), new Uint8Array(1)])
      expect(await store.get(key)).toHaveLength(3)
    }
    let isClosed = false
    const unread = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: true as const, value: undefined }),
        return: () => {
          isClosed = true
          return { done: true as const, value: undefined }
        },
      }),
    }
    const refused = new Datastore(new StreamingStore()).put(key, unread, { replace: false })
    await expect(refused).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    expect(isClosed).toBe(true)
  })

  it('D23 a store that streams only whole values still answers ranges', async () => {
    class WholeStore extends MapStore {
      override readonly capabilities = { ...MINIMAL, read: { ...MINIMAL.read, stream: true } }
      async *stream(): AsyncIterable<Uint8Array> {
        yield value.subarray(0, 60)
        yield value.subarray(60)
      }
    }
    const chunks = []
    for await (const chunk of new Datastore(new WholeStore()).getStream(key, { start: 50, end: 65 }))
      chunks.push(chunk.length)
    expect(chunks).toEqual([10, 5])
  })

  it('D48 a flag without the method that it needs is not declared', () => {
    class OverdeclaringStore extends MapStore {
      override readonly capabilities = {
        ...MINIMAL,
        read: { range: true, stream: true, etag: 'version' as const },
        rename: 'atomic' as const,
        batch: 'atomic' as const,
        transaction: 'serializable' as const,
        watch: 'all' as const,
        limits: { batch: 2 },
      }
    }
    expect(new Datastore(new OverdeclaringStore()).capabilities).toMatchObject({
      read: { range: false, stream: false },
      rename: 'copy',
      batch: 'ordered',
      transaction: 'none',
      watch: 'own',
      limits: { batch: undefined },
    })
  })

  it('D46 a batch longer than the limit is split, and is UNSUPPORTED if it has to be atomic', async () => {
    class BatchStore extends MapStore {
      override capabilities = { ...MINIMAL, limits: { batch: 2 }, batch: 'ordered' as 'ordered' | 'atomic' }
      readonly sizes: number[] = []
      fails = false
      batch(operations: Operation[]) {
        this.sizes.push(operations.length)
        if (this.fails && this.sizes.length === 2) throw new Error('no')
        for (const one of operations.splice(0)) {
          if (one.type === 'put') void this.write(one.key, Payload.kept(one.bytes))
        }
      }
    }
    const keys = ['/a', '/b', '/c', '/d', '/e'].map(Key.parse)
    const all = (store: BatchStore) => {
      const batch = new Datastore(store).batch()
      for (const each of keys) batch.put(each, value)
      return batch
    }
    const ordered = new BatchStore()
    ordered.fails = true
    const batch = all(ordered)
    await expect(batch.commit()).rejects.toThrow('no')
    expect(await new Datastore(ordered).has(Key.parse('/c'))).toBe(false)
    await batch.commit()
    expect(ordered.sizes).toEqual([2, 2, 2, 1])
    expect(await new Datastore(ordered).has(Key.parse('/e'))).toBe(true)
    const atomic = new BatchStore()
    atomic.capabilities = { ...atomic.capabilities, batch: 'atomic' }
    await expect(all(atomic).commit()).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect(atomic.sizes).toEqual([])
  })

  it('D49 a time to live that is not a number over 0 is a RangeError', async () => {
    const store = new MemoryDatastore()
    for (const ttl of [0, -1, Number.NaN])
      await expect(store.put(key, value, { ttl })).rejects.toBeInstanceOf(RangeError)
    expect(await store.has(key)).toBe(false)
  })

  it('D23 no write reaches a store that is not writable', async () => {
    const store = new Datastore(new ReadOnlyStore())
    await expect(store.put(key, value)).rejects.toMatchObject({ code: 'READ_ONLY', key })
    await expect(store.delete(key)).rejects.toMatchObject({ code: 'READ_ONLY', key })
    await expect(store.batch().delete(key).commit()).rejects.toMatchObject({ code: 'READ_ONLY', key })
  })

  it('D26 a transaction of a store without transactions is UNSUPPORTED', async () => {
    const store = new Datastore(new MapStore())
    expect(store.capabilities.transaction).toBe('none')
    await expect(store.transaction(async () => 1)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })
})

describe('D22 an etag', () => {
  it('of one store never matches in another one of the same class', async () => {
    const [one, other] = [new MemoryDatastore(), new MemoryDatastore()]
    const { etag } = await one.put(key, value)
    await other.put(key, value)
    await expect(other.put(key, value, { ifMatch: etag })).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(other.delete(key, { ifMatch: etag })).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})

describe('a stream without a reader', () => {
  it('D7 of a transform closes the stream below', async () => {
    const store = new LateStreams()
    const asked = Datastore.openStoreOf(transformed(new Datastore(store), gzip)).stream(key, Call.plain)
    await store.isAsked
    store.answer()
    const chunks = (await asked) as AsyncIterable<Uint8Array>
    await chunks[Symbol.asyncIterator]().return?.()
    expect(store.closed).toBe(1)
  })

  it('S3 of a compared key is closed if the other shard fails', async () => {
    class Broken extends SlowStore {
      override readonly capabilities = { ...MINIMAL, read: { ...MINIMAL.read, stream: true } }
      stat() {
        return { size: 2 ** 20, etag: 'e' }
      }
      stream(): never {
        throw new Error('broken')
      }
    }
    const store = new LateStreams()
    const move = { key, source: new OpenStore(store), home: new OpenStore(new Broken()) }
    const compared = compareHome(move, undefined, Call.plain)
    await store.isAsked
    store.answer()
    await expect(compared).rejects.toThrow('broken')
    expect(store.closed).toBe(1)
  })

  it('D25 of a move whose target rejects it is closed, traced or not', async () => {
    for (const isTraced of [false, true]) {
      let isClosed = false
      const chunks = {
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: true as const, value: undefined }),
          return: async () => {
            isClosed = true
            return { done: true as const, value: undefined }
          },
        }),
      }
      class LargeStore extends MapStore {
        override readonly capabilities = {
          ...MINIMAL,
          read: { ...MINIMAL.read, stream: true },
          write: { ...MINIMAL.write, stream: true, ifAbsent: 'everyone' as const },
        }
        stat() {
          return { size: 2 ** 30, etag: 'e' }
        }
        stream() {
          return chunks
        }
        override write() {
          return { refused: 'exists' as const }
        }
      }
      const [from, to] = [new OpenStore(new LargeStore()), new OpenStore(new LargeStore())]
      if (isTraced) {
        const hub = new SpanHub()
        hub.listen(() => undefined)
        from.traceTo({ hub, node: 'from' })
      }
      const [source, target] = [from, to].map(store => ({ store, key, name: key }))
      const moved = moveBetween(source as never, target as never, Call.from({ replace: false }))
      expect(await moved).toBe('exists')
      expect(isClosed).toBe(true)
    }
  })
})

describe('a batch', () => {
  const slow = () => new Datastore(new SlowStore())
  const read = async (store: Datastore, at = key) => (await store.get(at))[0]

  it('D16 takes effect before calls made after its commit', async () => {
    const store = slow()
    const batch = store.batch().put(key, Uint8Array.of(1))
    const committed = batch.commit()
    const put = store.put(key, Uint8Array.of(2))
    await Promise.all([committed, put])
    expect(await read(store)).toBe(2)
    const removed = store.batch().put(key, Uint8Array.of(3)).commit()
    await Promise.all([removed, store.delete(key)])
    expect(await store.has(key)).toBe(false)
  })

  it('D64 after an aborted commit, keeps only the operations that were not applied', async () => {
    let applied = 0
    const caller = new AbortController()
    class Watched extends SlowStore {
      override async write(at: Key, payload: Payload) {
        const written = await super.write(at, payload)
        if (++applied === 2) caller.abort()
        return written
      }
    }
    const store = new Datastore(new Watched())
    const keys = ['/1', '/2', '/3', '/4'].map(text => Key.parse(text))
    const batch = store.batch()
    for (const each of keys) batch.put(each, Uint8Array.of(1))
    await expect(batch.commit({ signal: caller.signal })).rejects.toMatchObject({ name: 'AbortError' })
    await store.put(keys[0] as Key, Uint8Array.of(9))
    await batch.commit()
    expect(await Promise.all(keys.map(each => read(store, each)))).toEqual([9, 1, 1, 1])
  })

  it('D64 of any size keeps failed operations, with their failures', async () => {
    let isBroken = true
    class Broken extends MapStore {
      override write(at: Key, payload: Payload) {
        if (isBroken) throw new Error('boom')
        return super.write(at, payload)
      }
    }
    const store = new Datastore(new Broken())
    const batch = store.batch()
    for (let index = 0; index < 200_000; index++) batch.put(Key.of(`k${index}`), Uint8Array.of(1))
    await expect(batch.commit()).rejects.toThrow('boom')
    isBroken = false
    await batch.commit()
    expect(await read(store, Key.of('k199999'))).toBe(1)
  })
})

describe('a stream put to a store that does not stream', () => {
  it.each<[string, (values: Datastore) => Promise<[Datastore, Key]>]>([
    [
      'a link',
      async values => {
        const links = symlink(values, { links: new MemoryDatastore() })
        await links.link(Key.parse('/link'), key)
        return [links, Key.parse('/link')]
      },
    ],
    ['a namespace', async values => [new NamespaceDatastore(values, Key.parse('/n')), Key.parse('/a')]],
    ['a mount', async values => [new MountDatastore({ '/m': values }), Key.parse('/m/a')]],
    ['shards', async values => [new ShardedDatastore([values]), key]],
    ['a layer', async values => [metrics(values), key]],
  ])('D16 through %s is not overtaken by a later put', async (_, over) => {
    const values = new Datastore(new SlowStore())
    const [store, name] = await over(values)
    const target = store instanceof NamespaceDatastore ? Key.parse('/n/a') : key
    let release: () => void = () => undefined
    const released = new Promise<void>(resolve => {
      release = resolve
    })
    async function* slowly(): AsyncIterable<Uint8Array> {
      await released
      yield Uint8Array.of(1)
    }
    const first = store.put(name, slowly())
    // Calls through links keep their order.
    const second = (store instanceof SymlinkDatastore ? store : values).put(target, Uint8Array.of(2))
    release()
    await Promise.all([first, second])
    expect(await values.get(target)).toEqual(Uint8Array.of(2))
  })
})

describe('close', () => {
  // So many levels that a query cannot read them all ahead.
  const keys = Array.from({ length: 100 }, (_, index) => Key.parse(`/${index}/a`))
  const bytes = () => new Datastore(new SlowStore())
  const values = () => new Datastore(new SlowStore()).as<unknown>(json)

  it.each<[string, () => Datastore<unknown>, Query]>([
    ['bytes', bytes, {}],
    ['the keys of values', values, { keysOnly: true }],
    ['values', values, {}],
    ['values in another order', values, { orderBy: [{ field: 'value', descending: true }] }],
  ])('D14 waits for a query of %s to complete', async (_, open, query) => {
    const store = open()
    for (const each of keys) await store.put(each, open === bytes ? value : 1)
    const entries = store.query(query, { scan: true })[Symbol.asyncIterator]()
    const found = [await entries.next()]
    let isClosed = false
    const closed = store.close().then(() => {
      isClosed = true
    })
    await expect(store.get(key)).rejects.toMatchObject({ code: 'CLOSED' })
    while (found.at(-1)?.done !== true) {
      expect(isClosed).toBe(false)
      found.push(await entries.next())
    }
    expect(found).toHaveLength(keys.length + 1)
    await closed
  })

  it('D14 waits for a query of shards while keys move', async () => {
    const shards = [new Datastore(new SlowStore()), new Datastore(new SlowStore())]
    const store = new ShardedDatastore(shards)
    for (const each of keys) await store.put(each, value)
    // It fails on the first key, so the store uses both lists from now on.
    const stopped = store.reshard([new Datastore(new MapStore()), ...shards], {
      onProgress: () => {
        throw new Error('stopped')
      },
    })
    await expect(stopped).rejects.toThrow('stopped')
    const entries = store.query({}, { scan: true })[Symbol.asyncIterator]()
    let count = 0
    let closed: Promise<void> | undefined
    for (let next = await entries.next(); next.done !== true; next = await entries.next()) {
      count++
      closed ??= store.close()
    }
    expect(count).toBe(keys.length)
    await closed
  })

  it('D14 D26 waits for a transaction that is retried', async () => {
    const store = new MemoryDatastore()
    let closed: Promise<void> | undefined
    let runs = 0
    await store.put(key, value)
    await store.transaction(async tx => {
      runs++
      await tx.get(key)
      if (closed === undefined) {
        await store.put(key, value)
        closed = store.close()
      }
      await tx.put(key, value)
    })
    expect(runs).toBe(2)
    await closed
  })

  it('D14 D26 waits for a running transaction', async () => {
    const store = new MemoryDatastore()
    const ended: string[] = []
    const committed = store
      .transaction(async tx => {
        await tx.put(key, value)
        await new Promise<void>(resolve => setImmediate(resolve))
      })
      .then(() => ended.push('committed'))
    await Promise.all([committed, store.close().then(() => ended.push('closed'))])
    expect(ended).toEqual(['committed', 'closed'])
  })
})

describe('a watch', () => {
  it('D12 continues when the store is replaced, and misses no change after the resync', async () => {
    const first = new MemoryStore()
    const second = new MemoryStore()
    const open = new OpenStore(first)
    const changes = open.watch(Key.root, Call.plain)[Symbol.asyncIterator]()
    const next = changes.next()
    await new Datastore(first).put(key, value)
    expect((await next).value).toEqual({ type: 'put', key })
    const after = changes.next()
    open.replace(second)
    expect((await after).value).toEqual({ type: 'resync', key: Key.root })
    // Before the consumer pulls the next change.
    await new Datastore(second).put(key, value)
    expect((await changes.next()).value).toEqual({ type: 'put', key })
    await changes.return?.()
  })
})

describe('an abort', () => {
  it('D13 takes effect at once while the store ignores it; later calls wait until the write has ended', async () => {
    let write: () => void = () => undefined
    const mayWrite = new Promise<void>(resolve => {
      write = resolve
    })
    class UnabortableStore extends SlowStore {
      override async write(at: Key, payload: Payload) {
        await mayWrite
        return super.write(at, payload)
      }
    }
    const store = new Datastore(new UnabortableStore())
    const caller = new AbortController()
    const put = store.put(key, value, { signal: caller.signal })
    caller.abort()
    await expect(put).rejects.toMatchObject({ name: 'AbortError' })
    const seen = Promise.all([store.has(key), store.list(Key.root), store.stats()])
    write()
    expect(await seen).toMatchObject([true, { children: [{ name: 'a' }] }, { entries: 1 }])
  })

  it.each<[string, (store: LateStreams, signal: AbortSignal) => PromiseLike<unknown>]>([
    ['the store', (store, signal) => firstChunk(new Datastore(store), signal)],
    [
      'the store, behind a write',
      (store, signal) => {
        const open = new Datastore(store)
        void open.put(key, value)
        return firstChunk(open, signal)
      },
    ],
    ['a timeout over it', store => firstChunk(timeout(new Datastore(store), 1))],
    ['a retry over it', (store, signal) => firstChunk(retry(new Datastore(store)), signal)],
    ['a transform over it', (store, signal) => firstChunk(transformed(new Datastore(store), gzip), signal)],
  ])('D59 closes a stream that arrives later from %s', async (_, read) => {
    const store = new LateStreams()
    const caller = new AbortController()
    const pull = read(store, caller.signal)
    await store.isAsked
    caller.abort()
    await expect(pull).rejects.toThrow(/aborted|no answer/)
    expect(store.closed).toBe(0)
    store.answer()
    await vi.waitFor(() => expect(store.closed).toBe(1))
  })
})

describe('the cost of a call', () => {
  const around: Layer = { name: 'around', around: (step, run) => run(step.call) }
  const five = (store: Datastore) =>
    [1, 2, 3, 4, 5].reduce((below: Datastore) => layered(below, around), store)
  const compositions: Record<string, () => Datastore> = {
    memory: () => new MemoryDatastore(),
    'five layers over memory': () => five(new MemoryDatastore()),
    'metrics(retry(timeout(memory)))': () => metrics(retry(timeout(new MemoryDatastore(), 1000))),
  }

  it.each(Object.entries(compositions))(
    'D15 of a get and a put through %s is one promise',
    async (_, make) => {
      const store = make()
      await store.put(key, value)
      await store.get(key)
      expect(promisesOf(() => store.put(key, value))).toBe(1)
      expect(promisesOf(() => store.get(key))).toBe(1)
    },
  )

  it('D15 of a put through five layers is one copy', () => {
    let copies = 0
    class CountingStore extends MemoryStore {
      override write(at: Key, payload: Payload, call: Call) {
        payload.keep(bytes => {
          copies++
          return new Uint8Array(bytes)
        })
        return super.write(at, payload, call)
      }
    }
    void five(new Datastore(new CountingStore())).put(key, value)
    expect(copies).toBe(1)
  })
})

/** The number of promises that a call creates before it returns. */
function promisesOf(call: () => Promise<unknown>): number {
  let count = 0
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE') count++
    },
  })
  hook.enable()
  void call()
  hook.disable()
  return count
}
