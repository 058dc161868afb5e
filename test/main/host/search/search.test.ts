import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { MINIMAL } from '../../../../src/core/capabilities.ts'
import type { Change, Entry } from '../../../../src/core/datastore.ts'
import { DatastoreError } from '../../../../src/core/errors.ts'
import { Key } from '../../../../src/core/key.ts'
import { IndexedStore } from '../../../../src/core/node/indexed/indexed-store.ts'
import type { KeyValues } from '../../../../src/core/node/indexed/key-values.ts'
import { packKeys } from '../../../../src/core/node/indexed/name-index.ts'
import { Datastore } from '../../../../src/core/open/datastore.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { everyKey } from '../../../../src/main/host/overview/every-key.ts'
import { type KeyReport, SessionKeys } from '../../../../src/main/host/search/session-keys.ts'
import type { KeySearch, SearchReport } from '../../../../src/shared/procedures/search.ts'
import {
  byItsCalls,
  bytesOf,
  connect,
  eventually,
  openSession,
  type TestPage,
  tempFolder,
  testHost,
} from '../test-host.ts'

/** The last report of a search, with all reported keys. */
async function found(
  page: TestPage,
  session: string,
  search: Partial<KeySearch>,
): Promise<SearchReport & { readonly keys: string[] }> {
  const { search: id } = await page.call('search.open', {
    session,
    search: { kind: 'substring', text: '', limit: 100, ...search },
  })
  let keys: string[] = []
  for (;;) {
    const report = await page.call('search.next', { search: id })
    keys = report.keys ?? keys
    if (report.isLast) return { ...report, keys }
  }
}

const FILMS = [
  '/films/alien',
  '/films/Brazil',
  '/films/brazil/scene-1',
  '/films/casablanca',
  '/shop/orders/7',
]

describe('search', () => {
  it.each([
    ['substring', 'az', ['/films/brazil/scene-1', '/films/Brazil']],
    ['glob', '/films/*a*', ['/films/alien', '/films/casablanca', '/films/Brazil']],
    ['regex', 'ca(s|z)a', ['/films/casablanca']],
    ['fuzzy', 'shord', ['/shop/orders/7']],
  ] as const)('H24 %s finds keys of every level', async (kind, text, expected) => {
    const { page, session } = await openSession(FILMS)
    const { keys, ...report } = await found(page, session, { kind, text })
    expect(new Set(keys)).toEqual(new Set(expected))
    expect(report).toEqual({
      found: expected.length,
      searched: FILMS.length,
      total: FILMS.length,
      isComplete: true,
      isLast: true,
    })
  })

  it('H24 a search below a key finds nothing beside it, and one with a limit finds the first keys', async () => {
    const { page, session } = await openSession(FILMS)
    expect((await found(page, session, { text: 'o', under: '/shop' })).keys).toEqual(['/shop/orders/7'])
    const limited = await found(page, session, { text: 'films', limit: 2 })
    expect(limited.keys).toHaveLength(2)
  })

  it('H24 hits are reported before all keys are known, and all of them at the end', async () => {
    const slow = new GatedStore()
    for (let index = 0; index < 5000; index++) await slow.put(Key.of('k', String(index)), bytesOf(''))
    const host = await testHost()
    const { id: session } = await host.openStore('Slow', byItsCalls(slow))
    const page = await connect(host)
    const { search } = await page.call('search.open', {
      session,
      search: { kind: 'substring', text: '/k/1', limit: 10_000 },
    })
    let report = await page.call('search.next', { search })
    while (report.searched === 0) report = await page.call('search.next', { search })
    expect(report).toMatchObject({ isComplete: false, isLast: false })
    expect(report.total).toBeLessThan(5000)
    slow.open()
    let keys: readonly string[] = []
    while (!report.isLast) {
      report = await page.call('search.next', { search })
      keys = report.keys ?? keys
    }
    expect(report).toMatchObject({ found: 1111, total: 5000, isComplete: true })
    expect(keys).toHaveLength(1111)
    expect(keys).toEqual(keys.toSorted())
  })

  it('H25 follows puts and deletes of the session, also while the keys are read', async () => {
    const { page, session } = await openSession(FILMS)
    const searching = found(page, session, { text: 'new' })
    await page.call('store.put', { session, key: '/new', bytes: bytesOf('') })
    await page.call('store.delete', { session, key: '/films/alien' })
    await searching
    expect((await found(page, session, { text: 'new' })).keys).toEqual(['/new'])
    expect((await found(page, session, { text: 'alien' })).keys).toEqual([])
    await page.call('store.rename', { session, from: '/new', to: '/alien' })
    expect((await found(page, session, { text: 'new' })).keys).toEqual([])
    expect((await found(page, session, { text: 'alien' })).keys).toEqual(['/alien'])
  })

  it('H25 follows changes of others in a folder', async () => {
    const path = await tempFolder()
    await mkdir(join(path, 'sub'))
    await writeFile(join(path, 'sub', 'one'), '')
    const host = await testHost()
    const { id: session } = await host.open({ type: 'folder', path })
    const page = await connect(host)
    expect((await found(page, session, { text: 'one' })).keys).toEqual(['/sub/one'])
    await writeFile(join(path, 'sub', 'two'), '')
    await rm(join(path, 'sub', 'one'))
    await eventually(async () => (await found(page, session, {})).keys.join() === '/sub/two')
  })

  it('H25 if any key may have changed while the keys are read, they are read once more', async () => {
    const store = new GatedStore()
    for (let index = 0; index < 3000; index++) await store.put(Key.of('k', String(index)), bytesOf(''))
    store.resyncs = 5
    const closing = new AbortController()
    const keys = new SessionKeys({ store, closing: closing.signal, isBusy: true })
    const search = { kind: 'substring', text: 'k', limit: 10 } as const
    const reports = keys.search(search, closing.signal)[Symbol.asyncIterator]()
    await reports.next()
    await eventually(() => store.resyncs === 0)
    expect(store.queries).toBe(1)
    store.open()
    await eventually(() => store.queries > 1)
    for (let step = await reports.next(); step.done !== true; step = await reports.next()) continue
    expect(store.queries).toBe(2)
    closing.abort()
  })

  it('H24 H25 keys that cannot be read after the last search ended are read again by the next search', async () => {
    const store = new GatedStore()
    for (let index = 0; index < 3000; index++) await store.put(Key.of('k', String(index)), bytesOf(''))
    store.resyncs = 1
    const closing = new AbortController()
    const keys = new SessionKeys({ store, closing: closing.signal, isBusy: false })
    const search = { kind: 'substring', text: 'k', limit: 10 } as const
    const first = keys.search(search, closing.signal)[Symbol.asyncIterator]()
    await first.next()
    await eventually(() => store.resyncs === 0)
    await first.return?.()
    store.failure = new DatastoreError('IO', 'Cannot list "/": the disk is gone')
    store.open()
    // In turns of the event loop, which keeps running.
    await eventually(() => store.failures > 0)
    const all = async () => {
      let last: readonly Key[] = []
      for await (const report of keys.search(search, closing.signal)) last = report.keys
      return last.length
    }
    await expect(all()).rejects.toMatchObject({ code: 'IO' })
    store.failure = undefined
    expect(await all()).toBe(10)
    closing.abort()
  })

  it('H48 the index that the store keeps is searched, and no key is listed', async () => {
    const values: KeyValues = {
      info: { kind: 'held', id: 'held' },
      capabilities: MINIMAL,
      reportsOthers: true,
      read: () => Promise.resolve(undefined),
      stat: () => Promise.resolve(undefined),
      has: () => Promise.resolve(false),
      write: () => Promise.reject(new Error('no writes')),
      remove: () => Promise.resolve('absent'),
      move: () => Promise.resolve('absent'),
      count: () => Promise.resolve(undefined),
      scan: (_signal, each) => each(packKeys([Key.of('films', 'alien'), Key.of('notes')])),
      close: () => Promise.resolve(),
    }
    const store = new Datastore(new IndexedStore(values))
    const listed = [vi.spyOn(store, 'query'), vi.spyOn(store, 'list')]
    const closing = new AbortController()
    const keys = new SessionKeys({ store, closing: closing.signal, isBusy: false })
    const request = { kind: 'fuzzy', text: 'al', limit: 10 } as const
    const reports: KeyReport[] = []
    for await (const report of keys.search(request, closing.signal)) reports.push(report)
    expect(reports.at(-1)).toMatchObject({ found: 1, searched: 2, isComplete: true, isLast: true })
    expect(reports.at(-1)?.keys.map(String)).toEqual(['/films/alien'])
    const leaf = { id: 'held', kind: 'held', label: 'Held', path: 'root', depth: 0, store, children: [] }
    const met = []
    for await (const batch of everyKey({ store, keys, stack: { nodes: [leaf] } }, closing.signal))
      met.push(...batch)
    expect(met.map(({ key }) => key.toString()).sort()).toEqual(['/films/alien', '/notes'])
    for (const call of listed) expect(call).not.toHaveBeenCalled()
    closing.abort()
    await store.close()
  })

  it('H25 searches another stack after it is applied', async () => {
    const host = await testHost()
    const document = (...keys: string[]) => ({ strata: 1, root: { kind: 'memory', id: keys.join() } })
    const { id: session } = await host.open({ type: 'document', document: document('one') })
    const page = await connect(host)
    await page.call('store.put', { session, key: '/gone', bytes: bytesOf('') })
    expect((await found(page, session, {})).keys).toEqual(['/gone'])
    await page.call('sessions.apply', { session, document: document('two'), decisions: { discard: true } })
    expect((await found(page, session, {})).keys).toEqual([])
  })

  it.each([
    ['regex', '(a', 'Cannot search for "(a"'],
    ['regex', '(a)\\1', 'Cannot search for "(a)\\\\1"'],
  ] as const)('H26 refuses %s %s', async (kind, text, message) => {
    const { page, session } = await openSession(FILMS)
    await expect(found(page, session, { kind, text })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(message) as string,
    })
  })

  it('H24 a search fails with the error of the store, and the next one starts again', async () => {
    const store = new GatedStore()
    store.failure = new DatastoreError('IO', 'Cannot list "/": the disk is gone')
    const host = await testHost()
    const { id: session } = await host.openStore('Failing', byItsCalls(store))
    const page = await connect(host)
    await expect(found(page, session, {})).rejects.toMatchObject({ code: 'IO' })
    store.failure = undefined
    store.open()
    expect((await found(page, session, {})).isLast).toBe(true)
  })

  it('H24 closing a search or its session ends it', async () => {
    const { page, session } = await openSession(FILMS)
    const search = { kind: 'fuzzy', text: 'a', limit: 10 } as const
    const first = await page.call('search.open', { session, search })
    await page.call('search.close', first)
    await expect(page.call('search.next', first)).rejects.toMatchObject({ code: 'CLOSED' })
    const second = await page.call('search.open', { session, search })
    await page.call('sessions.close', { session })
    await expect(page.call('search.next', second)).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('H24 the index is freed some time after the last search, and rebuilt for the next', async () => {
    const store = new GatedStore()
    store.open()
    await store.put(Key.of('a'), bytesOf(''))
    const keys = new SessionKeys({ store, closing: new AbortController().signal, isBusy: false }, 1)
    const search = async () => {
      let last: readonly Key[] = []
      const request = { kind: 'substring', text: 'a', limit: 10 } as const
      for await (const report of keys.search(request, new AbortController().signal)) last = report.keys
      return last.map(String)
    }
    expect(await search()).toEqual(['/a'])
    await eventually(async () => {
      expect(await search()).toEqual(['/a'])
      return store.queries > 1
    })
  })
})

/** Yields some of its keys, and the rest after `open()`. */
class GatedStore extends MemoryDatastore {
  failure: Error | undefined
  queries = 0
  failures = 0
  /** How often watchers are yet to be notified that any key may have changed. */
  resyncs = 0
  open: () => void = () => undefined
  readonly #opened = new Promise<void>(resolve => {
    this.open = resolve
  })

  override async *query(...args: Parameters<MemoryDatastore['query']>): AsyncIterable<Entry<Uint8Array>> {
    this.queries++
    this.#failIfAsked()
    let given = 0
    for await (const entry of super.query(...args)) {
      if (++given === 2001) {
        await this.#opened
        this.#failIfAsked()
      }
      yield entry
    }
  }

  #failIfAsked(): void {
    if (this.failure === undefined) return
    this.failures++
    throw this.failure
  }

  override async *watch(...[, { signal } = {}]: Parameters<MemoryDatastore['watch']>): AsyncIterable<Change> {
    while (this.resyncs-- > 0) yield { type: 'resync', key: Key.root }
    this.resyncs = 0
    await new Promise(resolve => signal?.addEventListener('abort', resolve))
  }
}
