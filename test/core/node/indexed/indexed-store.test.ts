import { afterEach, describe, expect, it } from 'vitest'
import { cache } from '../../../../src/core/adapters/cache.ts'
import { MountDatastore } from '../../../../src/core/adapters/mount.ts'
import { NamespaceDatastore } from '../../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import { TieredDatastore } from '../../../../src/core/adapters/tiered/tiered.ts'
import { transformed } from '../../../../src/core/adapters/transformed.ts'
import { MINIMAL } from '../../../../src/core/capabilities.ts'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { pack, unpack } from '../../../../src/core/key-index/packed.ts'
import type { SearchProgress } from '../../../../src/core/key-index/search/key-search.ts'
import type { NameSearch } from '../../../../src/core/key-index/search/searchable-keys.ts'
import { readOnly } from '../../../../src/core/layers/lock.ts'
import { retry } from '../../../../src/core/layers/retry.ts'
import { IndexedStore } from '../../../../src/core/node/indexed/indexed-store.ts'
import type { ForeignChange, KeyValues } from '../../../../src/core/node/indexed/key-values.ts'
import { Datastore, openStoreOf } from '../../../../src/core/open/datastore.ts'
import { decodeKey, encodeKey } from '../../../../src/core/ordered/strata/key-bytes.ts'
import { gzip } from '../../../../src/core/serializers/gzip.ts'
import type { Indexing } from '../../../../src/core/stack/kind.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { namesIn, waitAsIf } from '../engines/server-context.ts'

const COUNT = 10

/** An engine that returns its keys when the test passes them to it. */
class HeldKeys implements Pick<KeyValues, 'scan' | 'count' | 'changes'> {
  readonly reportsOthers: boolean
  tell: (change: ForeignChange) => void = () => undefined
  #give: (keys: readonly string[], isLast: boolean) => void = () => undefined
  #scanning = Promise.resolve()
  #begun: () => void = () => undefined
  #isBegun = this.#nextScan()

  constructor(reportsOthers: boolean) {
    this.reportsOthers = reportsOthers
  }

  #nextScan(): Promise<void> {
    return new Promise(resolve => {
      this.#begun = resolve
    })
  }

  /** Resolves once the index has received the keys. */
  async give(keys: readonly string[], isLast: boolean): Promise<void> {
    await this.#isBegun
    this.#give(keys, isLast)
    await this.#scanning
  }

  scans = 0
  failure: Error | undefined

  async scan(signal: AbortSignal, each: (packed: Uint8Array<ArrayBuffer>) => Promise<void>): Promise<void> {
    this.scans++
    if (this.failure !== undefined) throw this.failure
    for (let isLast = false; !isLast && !signal.aborted; ) {
      isLast = await new Promise<boolean>(resolve => {
        signal.addEventListener('abort', () => resolve(true))
        this.#give = (keys, isEnd) => {
          this.#isBegun = this.#nextScan()
          this.#scanning = each(pack(keys.map(key => encodeKey(Key.parse(key)))))
          void this.#scanning.then(() => resolve(isEnd))
        }
        this.#begun()
      })
    }
  }

  changes(_signal: AbortSignal, tell: (change: ForeignChange) => void): void {
    this.tell = tell
  }

  count(): ReturnType<KeyValues['count']> {
    return Promise.resolve({ entries: COUNT, isExact: true })
  }

  /** Only the methods that the store calls in these tests. */
  get values(): KeyValues {
    return Object.assign(Object.create(this) as KeyValues, {
      info: { kind: 'held', id: 'held' },
      capabilities: MINIMAL,
      reportsOthers: this.reportsOthers,
      scan: this.scan.bind(this),
      changes: this.changes.bind(this),
      write: () => Promise.resolve({ written: { etag: 'one' }, isKnown: false }),
      close: () => Promise.resolve(),
    })
  }
}

const opened: Datastore[] = []
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
})

function open(reportsOthers = true): {
  readonly keys: HeldKeys
  readonly store: Datastore
  readonly reports: (Indexing | undefined)[]
} {
  const keys = new HeldKeys(reportsOthers)
  const reports: (Indexing | undefined)[] = []
  const store = new Datastore(new IndexedStore(keys.values, report => reports.push(report)))
  opened.push(store)
  return { keys, store, reports }
}

/** Beginnings and ends only: on a slow machine there are progress reports between them. */
const edgesOf = (reports: readonly (Indexing | undefined)[]) =>
  reports.filter(report => report?.of === undefined)

const namesOf = async (store: Datastore, prefix: string) =>
  (await store.list(Key.parse(prefix))).children.map(({ name }) => name)

const ALL = { kind: 'substring', text: '', limit: Infinity } as const

const keysIn = ({ keys }: SearchProgress) => unpack(keys).map(bytes => decodeKey(bytes).toString())

async function lastReport(store: BinaryDatastore, search: NameSearch): Promise<SearchProgress | undefined> {
  let last: SearchProgress | undefined
  for await (const progress of openStoreOf(store).keyIndex()?.search(search) ?? []) last = progress
  return last
}

/** The keys that a search of the index finds, and whether it had every key. */
async function foundIn(store: BinaryDatastore, text: string) {
  const index = openStoreOf(store).keyIndex()
  if (index === undefined) throw new Error('The store lends no index')
  const { isComplete } = index
  const found: string[] = []
  for await (const progress of index.search({ ...ALL, text })) found.push(...keysIn(progress))
  return { keys: found.toSorted(), isComplete }
}

describe('IndexedStore', () => {
  it('E23 a level contains the keys found so far and is partial until every key is found', async () => {
    const { keys, store } = open()
    await keys.give(['/a/2', '/a/1'], false)
    expect(await store.list(Key.of('a'))).toMatchObject({
      children: [{ name: '1' }, { name: '2' }],
      isPartial: true,
    })
    await keys.give(['/a/3'], true)
    await expect.poll(async () => (await store.list(Key.of('a'))).isPartial).toBeUndefined()
    expect(await namesOf(store, '/a')).toEqual(['1', '2', '3'])
  })

  it('E23 a partial page is reported, and so is the end of indexing, however soon it comes', async () => {
    const { keys, store, reports } = open()
    expect((await store.list(Key.root)).isPartial).toBe(true)
    expect(reports).toEqual([{ keys: 0 }])
    await keys.give(['/a'], true)
    await expect.poll(() => edgesOf(reports)).toEqual([{ keys: 0 }, undefined])
    expect(await namesOf(store, '/')).toEqual(['a'])
  })

  it('E23 progress is reported with the approximate number of keys, and its end', async () => {
    const { keys, reports } = open()
    for (let index = 0; reports.length === 0; index++) await keys.give([`/${index}`], false)
    const [first] = reports
    expect(first).toMatchObject({ of: COUNT })
    expect(first?.keys).toBeGreaterThan(0)
    await keys.give([], true)
    await expect.poll(() => reports.at(-1)).toBeUndefined()
  })

  it('D10 E23 the count of an index that is being filled does not count keys twice that were put meanwhile', async () => {
    const { keys, store } = open()
    keys.count = () => Promise.resolve(undefined)
    for (const key of ['/a', '/b']) await store.put(Key.parse(key), Uint8Array.of(1))
    await keys.give(['/a', '/b', '/c'], false)
    expect(await store.stats()).toEqual({ entries: 3, accuracy: 'lower-bound' })
    await keys.give([], true)
    await expect.poll(() => store.stats()).toEqual({ entries: 3, accuracy: 'exact' })
  })

  it('E23 if changes were missed, the levels stay until a new index is filled', async () => {
    const { keys, store, reports } = open()
    await keys.give(['/a', '/b'], true)
    await expect.poll(() => reports.length).toBeGreaterThan(0)
    keys.tell('resync')
    await keys.give(['/b'], false)
    expect(await namesOf(store, '/')).toEqual(['a', 'b'])
    await keys.give(['/c'], true)
    await expect.poll(() => namesOf(store, '/')).toEqual(['b', 'c'])
  })

  it('E103 the beginning and the end of a new index are reported, however soon the end comes', async () => {
    const { keys, store, reports } = open()
    await keys.give(['/a'], true)
    await expect.poll(() => edgesOf(reports)).toEqual([undefined])
    keys.tell('resync')
    await keys.give(['/b'], true)
    await expect.poll(() => edgesOf(reports)).toEqual([undefined, { keys: 0 }, undefined])
    expect(await namesOf(store, '/')).toEqual(['b'])
  })

  it('E109 changes by others are visible once the index is old: a call starts a new one, and the old one serves until it is filled', async () => {
    const { keys, store } = open(false)
    await keys.give(['/a', '/b'], true)
    expect(await namesIn(store)).toEqual(['a', 'b'])
    waitAsIf(9_000)
    expect(await namesOf(store, '/')).toEqual(['a', 'b'])
    // The index is old after twenty times its indexing time, which may be longer than ten seconds on a busy machine.
    waitAsIf(600_000)
    const changes: string[] = []
    const watching = (async () => {
      for await (const { type, key } of store.watch(Key.root)) changes.push(`${type} ${key.toString()}`)
    })()
    // The new index is filled only after the call has stopped waiting.
    expect(await namesOf(store, '/')).toEqual(['a', 'b'])
    await store.put(Key.of('d'), new Uint8Array(1))
    await keys.give(['/b', '/c'], true)
    await expect.poll(() => namesOf(store, '/')).toEqual(['b', 'c', 'd'])
    await expect.poll(() => changes).toEqual(['put /d', 'resync /'])
    await store.close()
    await watching.catch(() => undefined)
  })

  it('E109 if an engine fails while it is read again, the current index is kept, and the next call reads it again', async () => {
    const { keys, store } = open(false)
    await keys.give(['/a'], true)
    expect(await namesIn(store)).toEqual(['a'])
    waitAsIf(600_000)
    keys.failure = new Error('gone')
    expect(await namesOf(store, '/')).toEqual(['a'])
    keys.failure = undefined
    waitAsIf(600_000)
    expect(await namesOf(store, '/')).toEqual(['a'])
    await keys.give(['/b'], true)
    await expect.poll(() => namesOf(store, '/')).toEqual(['b'])
  })

  it('E130 a fresh listing has a new index filled, however new the current one is', async () => {
    const { keys, store, reports } = open(false)
    await keys.give(['/a'], true)
    await expect.poll(() => namesOf(store, '/')).toEqual(['a'])
    const { scans } = keys
    const first = store.list(Key.root, { fresh: true })
    await expect.poll(() => keys.scans).toBe(scans + 1)
    // Both share the next index: the one being filled may have missed what they have to show.
    const others = [store.list(Key.root, { fresh: true }), store.list(Key.root, { fresh: true })]
    await keys.give(['/b'], true)
    await expect.poll(() => namesOf(store, '/')).toEqual(['b'])
    await keys.give(['/c'], true)
    await expect.poll(() => namesOf(store, '/')).toEqual(['c'])
    await Promise.all([first, ...others])
    expect(keys.scans).toBe(scans + 2)
    expect(reports.at(-1)).toBeUndefined()
  })

  it('E130 a fresh listing that takes too long returns the known keys, and is partial until the index is filled', async () => {
    const { keys, store, reports } = open(false)
    await keys.give(['/a'], true)
    await expect.poll(() => namesOf(store, '/')).toEqual(['a'])
    const page = await store.list(Key.root, { fresh: true })
    expect(page).toMatchObject({ children: [{ name: 'a' }], isPartial: true })
    expect(reports.at(-1)).toEqual({ keys: 0 })
    await keys.give(['/b'], true)
    await expect.poll(() => reports.at(-1)).toBeUndefined()
    expect(await namesOf(store, '/')).toEqual(['b'])
    keys.failure = new Error('gone')
    await store.list(Key.root, { fresh: true })
    expect(reports.at(-1)).toBeUndefined()
  })

  it('E150 the index answers searches while it is filled and afterwards', async () => {
    const { keys, store } = open()
    await keys.give(['/a/2', '/b'], false)
    expect(await foundIn(store, 'a')).toEqual({ keys: ['/a/2'], isComplete: false })
    await keys.give(['/a/1'], true)
    await expect.poll(() => foundIn(store, 'a')).toEqual({ keys: ['/a/1', '/a/2'], isComplete: true })
    await store.put(Key.of('ax'), new Uint8Array())
    expect((await foundIn(store, 'a')).keys).toEqual(['/a/1', '/a/2', '/ax'])
  })

  it('E150 a search ends in the index in which it began', async () => {
    const { keys, store } = open()
    // Enough keys for the search to take longer than filling the next index.
    const count = 200_000
    await keys.give(
      Array.from({ length: count }, (_, index) => `/key/${index}`),
      true,
    )
    await expect.poll(() => openStoreOf(store).keyIndex()?.isComplete).toBe(true)
    const ended = lastReport(store, { kind: 'fuzzy', text: 'k e y', limit: 10 })
    keys.tell('resync')
    await keys.give(['/b'], true)
    await expect.poll(() => namesOf(store, '/')).toEqual(['b'])
    expect(await ended).toMatchObject({ found: count, isDone: true })
  })

  it('E150 layers, caches and write-through tiers lend the index of the store below', async () => {
    const { keys, store } = open()
    await keys.give(['/a'], true)
    const over = [
      readOnly(store),
      retry(store),
      cache(store),
      new TieredDatastore([new MemoryDatastore(), store]),
      transformed(store, gzip),
    ]
    for (const each of over)
      await expect.poll(() => foundIn(each, 'a')).toEqual({ keys: ['/a'], isComplete: true })
  })

  it('E150 write-back tiers and stores that change keys lend no index', async () => {
    const { store } = open()
    const over = [
      new TieredDatastore([new MemoryDatastore(), store], { mode: 'write-back' }),
      new NamespaceDatastore(store, Key.of('n')),
      new MountDatastore({ '/m': store }),
      new ShardedDatastore([store]),
    ]
    for (const each of over) expect(openStoreOf(each).keyIndex()).toBeUndefined()
  })

  it('E109 an engine that reports changes by others is read once', async () => {
    const { keys, store } = open(true)
    await keys.give(['/a'], true)
    await expect.poll(() => namesOf(store, '/')).toEqual(['a'])
    const { scans } = keys
    waitAsIf(3_600_000)
    expect(await namesOf(store, '/')).toEqual(['a'])
    expect(keys.scans).toBe(scans)
  })
})
