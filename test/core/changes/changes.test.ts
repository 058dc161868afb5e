import { describe, expect, it } from 'vitest'
import { cache } from '../../../src/core/adapters/cache.ts'
import { MountDatastore } from '../../../src/core/adapters/mount.ts'
import { NamespaceDatastore } from '../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { TieredDatastore } from '../../../src/core/adapters/tiered/tiered.ts'
import { KeyTransformDatastore, lowercase } from '../../../src/core/adapters/transform/key-transform.ts'
import { nestedPath } from '../../../src/core/adapters/transform/nested-path.ts'
import type { BinaryDatastore } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { fault } from '../../../src/core/layers/fault.ts'
import { readOnly } from '../../../src/core/layers/lock.ts'
import { logging } from '../../../src/core/layers/logging.ts'
import { metrics } from '../../../src/core/layers/metrics.ts'
import { rateLimit } from '../../../src/core/layers/rate-limit.ts'
import { retry } from '../../../src/core/layers/retry.ts'
import { timeout } from '../../../src/core/layers/timeout.ts'
import { type Datastore, serialized } from '../../../src/core/open/datastore.ts'
import { text } from '../../../src/core/serializers/serializer.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { NullDatastore } from '../../../src/core/stores/null.ts'
import { Watcher } from './watcher.ts'

const bytes = Uint8Array.of(1)
const key = Key.parse
const memory = () => new MemoryDatastore()

/** Adapters and layers that keep the names of keys, over a memory store. */
const wrappings: Readonly<Record<string, (store: BinaryDatastore) => Datastore<unknown>>> = {
  readOnly,
  namespace: store => new NamespaceDatastore(store, Key.root),
  'key transform': store => new KeyTransformDatastore(store, { to: one => one, from: one => one }),
  mount: store => new MountDatastore({ '/': store }),
  sharded: store => new ShardedDatastore([store, memory()], { by: () => 0 }),
  tiered: store => new TieredDatastore([memory(), store]),
  cache,
  serialized: store => serialized(store, text),
  logging: store => logging(store, { log: () => undefined }),
  metrics,
  retry,
  timeout: store => timeout(store, 50),
  'rate limit': store => rateLimit(store, { perSecond: 1000 }),
  fault: store => fault(store),
}

describe.each(Object.entries(wrappings))('watch through %s', (_name, wrap) => {
  it('D41 D17 passes on changes below, and declares it', async () => {
    const below = memory()
    const store = wrap(below)
    expect(store.capabilities.watch).toBe('own')
    const watcher = new Watcher(store, '/a')
    await below.put(key('/a/b'), bytes)
    await below.put(key('/ab'), bytes)
    await below.delete(key('/a/b'))
    await below.put(key('/a/z'), bytes)
    await watcher.until('put /a/z')
    await watcher.stop()
    await store.close()
  })

  it('D40 D13 D14 ends when its consumer stops, when its signal fires, and with the store, which does not wait for it', async () => {
    const store = wrap(memory())
    const left = store.watch(key('/a'))[Symbol.asyncIterator]()
    const pending = left.next()
    await left.return?.()
    expect(await pending).toMatchObject({ done: true })
    const abort = new AbortController()
    const aborted = new Watcher(store, '/', abort.signal)
    const watcher = new Watcher(store)
    abort.abort()
    expect(await aborted.ended).toMatchObject({ name: 'AbortError' })
    await store.close()
    expect(await watcher.ended).toBe('end')
    expect(await new Watcher(store).ended).toMatchObject({ code: 'CLOSED' })
  })

  it('D17 declares no watch if the store below has none', async () => {
    const store = wrap(new NullDatastore())
    expect(store.capabilities.watch).toBe('none')
    expect(await new Watcher(store, '/a').ended).toMatchObject({ code: 'UNSUPPORTED' })
    await store.close()
  })
})

describe('watch in the keys of the watcher', () => {
  it('N1 D41 a namespace removes its prefix, and reports nothing outside', async () => {
    const below = memory()
    const watcher = new Watcher(new NamespaceDatastore(below, key('/n')), '/a')
    for (const one of ['/a/x', '/n', '/n/b', '/nn/a', '/n/a/x']) await below.put(key(one), bytes)
    expect(await watcher.until('put /a/x')).toEqual(['put /a/x'])
    await watcher.stop()
  })

  it.each([
    ['lowercase', lowercase, '/Some/Where', '/some/where'],
    ['nestedPath', nestedPath(), '/abcdef', '/abcdef'],
  ] as const)('N1 D12 %s maps keys back', async (_name, transform, put, reported) => {
    const store = new KeyTransformDatastore(memory(), transform)
    const watcher = new Watcher(store)
    await store.put(key(put), bytes)
    expect(await watcher.until(`put ${reported}`)).toEqual([`put ${reported}`])
    await watcher.stop()
  })

  it('S2 D41 shards are watched together, a shared one once', async () => {
    const [one, two] = [memory(), memory()]
    const store = new ShardedDatastore([one, two, one], { by: (_key, ids) => (_key.depth + ids.length) % 3 })
    const watcher = new Watcher(store)
    await store.put(key('/a'), bytes)
    await store.put(key('/a/b'), bytes)
    await store.put(key('/a/b/c'), bytes)
    expect((await watcher.all(['put /a', 'put /a/b', 'put /a/b/c'])).length).toBe(3)
    await watcher.stop()
    await store.close()
  })

  it('M1 D41 a mount reports visible changes, and follows mounts and unmounts', async () => {
    const [top, films] = [memory(), memory()]
    const store = new MountDatastore({ '/': top, '/films': films })
    const watcher = new Watcher(store)
    const inside = new Watcher(store, '/films/x')
    await top.put(key('/films/hidden'), bytes)
    await films.put(key('/x/brazil'), bytes)
    expect(await watcher.until('put /films/x/brazil')).toEqual(['put /films/x/brazil'])
    expect(await inside.until('put /films/x/brazil')).toEqual(['put /films/x/brazil'])
    expect(store.unmount(key('/films'))).toBe(films)
    await watcher.until('resync /')
    await inside.until('resync /films/x')
    await films.put(key('/x/unseen'), bytes)
    await top.put(key('/films/x/seen'), bytes)
    expect(await inside.until('put /films/x/seen')).toEqual(['put /films/x/seen'])
    store.mount(key('/films/x'), films)
    await inside.until('resync /films/x')
    await films.put(key('/again'), bytes)
    expect(await inside.until('put /films/x/again')).toEqual(['put /films/x/again'])
    await store.close()
    await films.close()
    expect(await Promise.all([watcher.ended, inside.ended])).toEqual(['end', 'end'])
  })

  it('C1 D12 a memory store reports evicted keys', async () => {
    const store = new MemoryDatastore({ maxEntries: 1 })
    const watcher = new Watcher(store)
    await store.put(key('/a'), bytes)
    await store.put(key('/b'), bytes)
    await watcher.all(['delete /a', 'put /b'])
    await watcher.stop()
  })
})

describe('a slow consumer', () => {
  it('D39 receives each key once, with its last change', async () => {
    const store = memory()
    const changes = store.watch(Key.root)[Symbol.asyncIterator]()
    const first = changes.next()
    await store.put(key('/first'), bytes)
    await first
    for (const one of ['/a', '/b', '/a']) await store.put(key(one), bytes)
    await store.delete(key('/b'))
    const reported = [await changes.next(), await changes.next()]
    expect(reported.map(({ value }) => value as unknown)).toMatchObject([{ type: 'put' }, { type: 'delete' }])
    await changes.return?.()
  })

  it('D39 receives a resync when it is far behind, and no other queued changes', async () => {
    const store = memory()
    const changes = store.watch(key('/k'))[Symbol.asyncIterator]()
    const first = changes.next()
    await store.put(key('/k/first'), bytes)
    await first
    for (let index = 0; index < 10_050; index++) await store.put(key(`/k/${index}`), bytes)
    expect(await changes.next()).toMatchObject({ value: { type: 'resync', key: key('/k') } })
    const last = changes.next()
    await store.put(key('/k/last'), bytes)
    expect(await last).toMatchObject({ value: { type: 'put', key: key('/k/last') } })
    await changes.return?.()
  })
})
