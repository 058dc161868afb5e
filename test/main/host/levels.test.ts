import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ListOptions, ListPage } from '../../../src/core/datastore.ts'
import { DatastoreError } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { FsDatastore } from '../../../src/core/node/fs/fs-datastore.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { Level, LevelDroppedError } from '../../../src/main/host/levels/level.ts'
import type { LevelState } from '../../../src/shared/procedures/levels.ts'
import type { Row } from '../../../src/shared/procedures/store.ts'
import { moveTo } from './many/many-test.ts'
import { bytesOf, eventually, memoryWith, openSession, type TestPage } from './test-host.ts'

/** Lets pages of a listing through one by one, and may hide the number of children. */
class GatedStore extends MemoryDatastore {
  allowed = Number.POSITIVE_INFINITY
  hidesTotal = true
  pages = 0
  failure: DatastoreError | undefined
  #open: () => void = () => undefined

  allow(pages: number): void {
    this.allowed = pages
    this.#open()
  }

  override async list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    while (this.pages >= this.allowed) {
      await new Promise<void>(resolve => {
        this.#open = resolve
      })
      options.signal?.throwIfAborted()
    }
    this.pages++
    if (this.failure !== undefined) throw this.failure
    const { total, ...page } = await super.list(prefix, options)
    return this.hidesTotal ? page : { ...page, total }
  }
}

/** Computes listings at once, but holds back those that match `holds` until they are released. */
class LateStore extends MemoryDatastore {
  holds: (prefix: Key, options: ListOptions) => boolean = () => false
  held = 0
  #deliver: () => void = () => undefined

  deliver(): void {
    this.#deliver()
  }

  override async list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    const page = await super.list(prefix, options)
    if (!this.holds(prefix, options)) return page
    this.held++
    await new Promise<void>(resolve => {
      this.#deliver = resolve
    })
    return page
  }
}

/** Has values under `count` numbered names, generated as they are listed. */
class NumberedStore extends MemoryDatastore {
  readonly #count: number

  constructor(count: number) {
    super()
    this.#count = count
  }

  override async list(prefix: Key, { after, limit = 1000 }: ListOptions = {}): Promise<ListPage> {
    const start = after === undefined ? 0 : Number(after.slice(1)) + 1
    const end = Math.min(start + limit, this.#count)
    const children = Array.from({ length: end - start }, (_, index) => {
      const name = nameOf(start + index)
      return { name, key: prefix.childOfCleanSegment(name), isValue: true, isBranch: false, size: 1 }
    })
    return { children, ...(end < this.#count && { cursor: nameOf(end - 1) }) }
  }
}

/** Reports sizes on small pages only, like a store that has to stat each file. */
class SizelessStore extends GatedStore {
  override async list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    const page = await super.list(prefix, options)
    if ((options.limit ?? 1000) <= 500) return page
    return { ...page, children: page.children.map(child => ({ ...child, size: undefined })) }
  }
}

async function gatedWith(count: number): Promise<GatedStore> {
  const store = new GatedStore()
  for (let index = 0; index < count; index++) await store.put(Key.of(nameOf(index)), bytesOf('x'))
  return store
}

function nameOf(index: number): string {
  return `k${String(index).padStart(7, '0')}`
}

const rowsOf = (page: TestPage, session: string, prefix: string, offset = 0, limit = 100) =>
  page.call('levels.rows', { session, prefix, offset, limit })

describe('levels.rows', () => {
  it('returns rows by number, and the row count', async () => {
    const { page, session } = await openSession(['/a', '/b/c', '/b', '/d/e'])
    expect(await rowsOf(page, session, '/', 1, 2)).toMatchObject({
      rows: [
        { name: 'b', isValue: true, isBranch: true, size: 2 },
        { name: 'd', isValue: false, isBranch: true },
      ],
      count: 3,
      accuracy: 'exact',
    })
    expect((await rowsOf(page, session, '/', 3)).rows).toEqual([])
    expect(await rowsOf(page, session, '/nothing')).toMatchObject({ rows: [], count: 0, accuracy: 'exact' })
  })

  it('answers from the first page while the rest is still being listed', async () => {
    const store = await gatedWith(5000)
    store.allowed = 1
    const { page, session } = await openSession(store)
    const first = await rowsOf(page, session, '/', 0, 50)
    expect(first.rows.map(row => row.name)).toEqual(Array.from({ length: 50 }, (_, index) => nameOf(index)))
    expect(first).toMatchObject({ count: 1000, accuracy: 'lower-bound' })
    const late = rowsOf(page, session, '/', 4000, 2)
    store.allow(Number.POSITIVE_INFINITY)
    expect((await late).rows.map(row => row.name)).toEqual([nameOf(4000), nameOf(4001)])
    await eventually(() => page.eventsOf('levelChanged').at(-1)?.accuracy === 'exact')
    expect(page.eventsOf('levelChanged').at(-1)).toMatchObject({ session, prefix: '/', count: 5000 })
  })

  it('is exact at once if the store knows its level', async () => {
    const store = await gatedWith(5000)
    store.allowed = 1
    store.hidesTotal = false
    const { page, session } = await openSession(store)
    expect(await rowsOf(page, session, '/', 0, 1)).toMatchObject({ count: 5000, accuracy: 'exact' })
    store.allow(Number.POSITIVE_INFINITY)
  })

  it('lists a level once, however often rows are requested', async () => {
    const store = await gatedWith(2500)
    const { page, session } = await openSession(store)
    for (let round = 0; round < 20; round++) await rowsOf(page, session, '/', round * 100)
    await rowsOf(page, session, '/', 2400)
    expect(store.pages).toBe(2)
  })

  it('a million names: the first rows are available while indexing continues, and the last are correct', async () => {
    const store = new NumberedStore(1_000_000)
    const { page, session } = await openSession(store)
    const first = await rowsOf(page, session, '/', 0, 60)
    expect(first.rows[59]?.name).toBe(nameOf(59))
    expect(first.count).toBeLessThan(100_000)
    expect(first.accuracy).toBe('lower-bound')
    const found = await page.call('levels.find', { session, prefix: '/', name: nameOf(999_990) })
    expect(found).toMatchObject({ index: 999_990, isPresent: true })
    const last = await rowsOf(page, session, '/', 999_990, 100)
    expect(last.rows.map(row => row.name)).toEqual(
      Array.from({ length: 10 }, (_, index) => nameOf(999_990 + index)),
    )
    expect(last).toMatchObject({ count: 1_000_000, accuracy: 'exact' })
    const events = page.eventsOf('levelChanged').length
    expect(events).toBeLessThan(200)
  })

  it('gets missing sizes on demand, without a new version', async () => {
    const store = new SizelessStore()
    for (let index = 0; index < 1200; index++) await store.put(Key.of(nameOf(index)), new Uint8Array(index))
    const { page, session } = await openSession(store)
    const rows = async (offset: number, limit: number, withSizes: boolean) =>
      page.call('levels.rows', { session, prefix: '/', offset, limit, withSizes })
    const before = await rows(0, 1200, false)
    expect(before.rows.every(row => row.size === undefined)).toBe(true)
    const part = await rows(600, 3, true)
    expect(part.rows.map(row => row.size)).toEqual([600, 601, 602])
    expect(part.version).toBe(before.version)
    const all = await rows(0, 1200, true)
    expect(all.rows.map(row => row.size)).toEqual(Array.from({ length: 1200 }, (_, index) => index))
    const pages = store.pages
    await rows(0, 1200, true)
    expect(store.pages).toBe(pages)
  })

  it('a failed listing is reported, and the next call starts again', async () => {
    const store = await gatedWith(10)
    store.failure = new DatastoreError('IO', 'Cannot list "/": the disk is gone')
    const { page, session } = await openSession(store)
    await expect(rowsOf(page, session, '/')).rejects.toMatchObject({ code: 'IO' })
    store.failure = undefined
    expect(await rowsOf(page, session, '/')).toMatchObject({ count: 10 })
  })

  it('cancelling a waiting call does not affect the listing', async () => {
    const store = await gatedWith(3000)
    store.allowed = 1
    const { page, session } = await openSession(store)
    const abort = new AbortController()
    await rowsOf(page, session, '/', 0, 1)
    const call = page.call(
      'levels.rows',
      { session, prefix: '/', offset: 2000, limit: 1 },
      { signal: abort.signal },
    )
    abort.abort()
    await expect(call).rejects.toMatchObject({ code: 'ABORTED' })
    store.allow(Number.POSITIVE_INFINITY)
    expect((await rowsOf(page, session, '/', 2000, 1)).rows[0]?.name).toBe(nameOf(2000))
  })

  it('closing the session rejects waiting calls', async () => {
    const store = await gatedWith(3000)
    store.allowed = 1
    const { page, session } = await openSession(store)
    const call = rowsOf(page, session, '/', 2000, 1)
    await rowsOf(page, session, '/', 0, 1)
    const closing = page.call('sessions.close', { session })
    await expect(call).rejects.toMatchObject({ code: 'CLOSED' })
    store.allow(Number.POSITIVE_INFINITY)
    await closing
  })
})

it('a level that is too large is listed only as far as requested', async () => {
  const level = new Level({
    store: new NumberedStore(100_000),
    prefix: Key.root,
    nextVersion: () => 1,
    report: () => undefined,
    maxAhead: 5000,
  })
  const { signal } = new AbortController()
  await level.rows({ offset: 0, limit: 10 }, signal)
  await eventually(() => level.size >= 5000)
  for (let turn = 0; turn < 50; turn++) await new Promise(resolve => setImmediate(resolve))
  expect(level.size).toBeLessThan(10_000)
  expect(level.state.accuracy).toBe('lower-bound')
  const { rows } = await level.rows({ offset: 50_000, limit: 1 }, signal)
  expect(rows[0]?.name).toBe(nameOf(50_000))
  for (let turn = 0; turn < 50; turn++) await new Promise(resolve => setImmediate(resolve))
  expect(level.size).toBeLessThan(60_000)
  const waiting = level.rows({ offset: 99_000, limit: 1 }, signal)
  level.drop()
  await expect(waiting).rejects.toThrow(LevelDroppedError)
})

it('F23 a folder of many files is listed once, with the sorted names of the store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'strata-level-'))
  try {
    for (let index = 0; index < 2500; index++) await writeFile(join(folder, nameOf(index)), 'x')
    await mkdir(join(folder, 'branch'))
    await symlink('nowhere', join(folder, 'link'))
    await using store = await FsDatastore.open(folder, { layout: 'plain' })
    let pages = 0
    const counted = new Proxy(store, {
      get: (target, name) => {
        if (name === 'list') pages++
        const found: unknown = Reflect.get(target, name)
        return typeof found === 'function' ? (found as () => unknown).bind(target) : found
      },
    })
    const options = { store: counted, prefix: Key.root, nextVersion: () => 1, report: () => undefined }
    const [level, other] = [new Level(options), new Level(options)]
    const { signal } = new AbortController()
    const first = await level.rows({ offset: 0, limit: 2 }, signal)
    expect(first).toMatchObject({ count: 2501, accuracy: 'exact', hidden: { count: 1 } })
    expect(first.rows).toEqual([
      { name: 'branch', isValue: false, isBranch: true },
      { name: nameOf(0), isValue: true, isBranch: false },
    ])
    const { rows } = await level.rows({ offset: 2499, limit: 10 }, signal)
    expect(rows.map(row => row.name)).toEqual([nameOf(2498), nameOf(2499)])
    expect(await level.find(nameOf(1234), signal)).toMatchObject({ index: 1235, isPresent: true })
    // The sizes that one of them gets do not affect the other, though they share the names of the store.
    level.patch(nameOf(1234), { isValue: false })
    level.patch('new', { isValue: true, size: 3 })
    expect((await level.rows({ offset: 2498, limit: 9 }, signal)).rows.map(row => row.name)).toEqual([
      nameOf(2498),
      nameOf(2499),
      'new',
    ])
    expect(await other.find(nameOf(1234), signal)).toMatchObject({
      index: 1235,
      isPresent: true,
      count: 2501,
    })
    await other.rows({ offset: 0, limit: 2501 }, signal)
    expect(pages).toBe(2)
    level.drop()
    other.drop()
  } finally {
    await rm(folder, { recursive: true })
  }
})

describe('levels.find', () => {
  it('returns the row of a name, or where it would be inserted', async () => {
    const { page, session } = await openSession(['/b', '/d', '/f'])
    const find = async (name: string) => {
      const { index, isPresent } = await page.call('levels.find', { session, prefix: '/', name })
      return [index, isPresent]
    }
    expect(await find('d')).toEqual([1, true])
    expect(await find('a')).toEqual([0, false])
    expect(await find('e')).toEqual([2, false])
    expect(await find('z')).toEqual([3, false])
    expect(await find('')).toEqual([0, false])
  })
})

describe('levels after changes', () => {
  const listing = async (page: TestPage, session: string, prefix: string) =>
    (await rowsOf(page, session, prefix, 0, 1000)).rows.map(
      ({ name, isValue, isBranch, size }) =>
        `${name}${isValue ? `=${size ?? '?'}` : ''}${isBranch ? '/' : ''}`,
    )

  it('a put adds its row and the branches above it', async () => {
    const { page, session } = await openSession(['/m'])
    expect(await listing(page, session, '/')).toEqual(['m=2'])
    expect(await listing(page, session, '/a')).toEqual([])
    await page.call('store.put', { session, key: '/a/b/c', bytes: bytesOf('123') })
    expect(await listing(page, session, '/')).toEqual(['a/', 'm=2'])
    expect(await listing(page, session, '/a')).toEqual(['b/'])
    await page.call('store.put', { session, key: '/a', bytes: bytesOf('1') })
    await page.call('store.put', { session, key: '/m', bytes: bytesOf('longer') })
    expect(await listing(page, session, '/')).toEqual(['a=1/', 'm=6'])
  })

  it('a delete removes its row and the branches that it leaves empty', async () => {
    const { page, session } = await openSession(['/a/b/c', '/a/x', '/m'])
    for (const prefix of ['/', '/a', '/a/b']) await listing(page, session, prefix)
    await page.call('store.delete', { session, key: '/a/b/c' })
    await eventually(async () => (await listing(page, session, '/a')).join() === 'x=4')
    expect(await listing(page, session, '/a/b')).toEqual([])
    expect(await listing(page, session, '/')).toEqual(['a/', 'm=2'])
    await page.call('store.delete', { session, key: '/a/x' })
    await eventually(async () => (await listing(page, session, '/')).join() === 'm=2')
  })

  it('a branch that becomes empty because a branch below it is later found empty is removed too', async () => {
    const store = new GatedStore()
    for (const key of ['/a/b/c', '/a/d']) await store.put(Key.parse(key), bytesOf('x'))
    const { page, session } = await openSession(store)
    for (const prefix of ['/', '/a']) expect((await rowsOf(page, session, prefix)).rows).not.toEqual([])
    store.allow(store.pages)
    for (const key of ['/a/b/c', '/a/d']) await page.call('store.delete', { session, key })
    store.allow(Number.POSITIVE_INFINITY)
    await eventually(async () => (await rowsOf(page, session, '/')).rows.length === 0)
  })

  it('if asking the store shows that branches are empty, those above them are removed too', async () => {
    const { page, session } = await openSession(['/a/b/c/d/e/f', '/m'])
    for (const prefix of ['/', '/a', '/a/b']) await listing(page, session, prefix)
    await page.call('store.delete', { session, key: '/a/b/c/d/e/f' })
    await eventually(async () => (await listing(page, session, '/')).join() === 'm=2')
    expect(await listing(page, session, '/a')).toEqual([])
    expect(await listing(page, session, '/a/b')).toEqual([])
  })

  it('deleting a value that is also a branch keeps the branch', async () => {
    const { page, session } = await openSession(['/a', '/a/b'])
    await listing(page, session, '/')
    await page.call('store.delete', { session, key: '/a' })
    expect(await listing(page, session, '/')).toEqual(['a/'])
  })

  it('a rename moves the row; an upload shows its size', async () => {
    const { page, session } = await openSession(['/a', '/b'])
    await listing(page, session, '/')
    await page.call('store.rename', { session, from: '/a', to: '/c/d' })
    expect(await listing(page, session, '/')).toEqual(['b=2', 'c/'])
    const { upload } = await page.call('uploads.open', { session, key: '/up' })
    await page.call('uploads.write', { upload, bytes: bytesOf('12345') })
    await page.call('uploads.commit', { upload })
    await eventually(async () => (await listing(page, session, '/')).includes('up=5'))
  })

  it('changes beyond the part listed so far are not lost', async () => {
    const store = await gatedWith(3000)
    store.allowed = 1
    const { page, session } = await openSession(store)
    await rowsOf(page, session, '/', 0, 1)
    await page.call('store.put', { session, key: `/${nameOf(2500)}x`, bytes: bytesOf('new') })
    await page.call('store.delete', { session, key: `/${nameOf(2600)}` })
    await page.call('store.put', { session, key: `/${nameOf(3)}x`, bytes: bytesOf('new') })
    store.allow(Number.POSITIVE_INFINITY)
    const all = (await rowsOf(page, session, '/', 0, 10_000)).rows.map(row => row.name)
    const expected = Array.from({ length: 3000 }, (_, index) => nameOf(index)).filter(
      name => name !== nameOf(2600),
    )
    expect(all).toEqual([...expected, `${nameOf(2500)}x`, `${nameOf(3)}x`].sort())
  })

  it('a page in flight during a change does not undo it', async () => {
    const store = new LateStore()
    for (let index = 0; index < 3000; index++) await store.put(Key.of(nameOf(index)), bytesOf('x'))
    store.holds = (_prefix, { after }) => after === nameOf(999)
    const { page, session } = await openSession(store)
    await rowsOf(page, session, '/', 0, 1)
    await eventually(() => store.held === 1)
    await page.call('store.delete', { session, key: `/${nameOf(1500)}` })
    await page.call('store.put', { session, key: `/${nameOf(1500)}x`, bytes: bytesOf('new') })
    await page.call('store.put', { session, key: `/${nameOf(1501)}`, bytes: bytesOf('longer') })
    // Known changes are applied before the page arrives.
    await rowsOf(page, session, '/', 0, 1)
    store.deliver()
    const { rows } = await rowsOf(page, session, '/', 1499, 4)
    expect(rows.map(row => [row.name, row.size])).toEqual([
      [nameOf(1499), 1],
      [`${nameOf(1500)}x`, 3],
      [nameOf(1501), 6],
      [nameOf(1502), 1],
    ])
  })

  it('a branch is kept if it was filled again while it was found empty', async () => {
    const store = new LateStore()
    await store.put(Key.parse('/a/b'), bytesOf('x'))
    const { page, session } = await openSession(store)
    expect(await listing(page, session, '/')).toEqual(['a/'])
    store.holds = prefix => prefix.toString() === '/a'
    await page.call('store.delete', { session, key: '/a/b' })
    await eventually(() => store.held === 1)
    await page.call('store.put', { session, key: '/a/c', bytes: bytesOf('x') })
    store.deliver()
    // The outdated result is dropped, and the store is asked once more.
    await eventually(() => store.held === 2)
    expect(await listing(page, session, '/')).toEqual(['a/'])
    store.deliver()
    expect(await listing(page, session, '/')).toEqual(['a/'])
  })

  it('the version grows only when returned rows change', async () => {
    const { page, session } = await openSession(['/a', '/b'])
    const before = await rowsOf(page, session, '/')
    expect((await rowsOf(page, session, '/')).version).toBe(before.version)
    await page.call('store.put', { session, key: '/other/level', bytes: bytesOf('x') })
    const after = await rowsOf(page, session, '/')
    expect(after.version).toBeGreaterThan(before.version)
    await eventually(() => page.eventsOf('levelChanged').at(-1)?.version === after.version)
  })

  it('refresh lists changes of others, and notifies pages', async () => {
    const { page, session, store } = await openSession(['/a/b'])
    await listing(page, session, '/')
    const { version } = await rowsOf(page, session, '/a')
    await store.put(Key.parse('/a/c'), bytesOf('x'))
    expect(await listing(page, session, '/a')).toEqual(['b=4'])
    await page.call('levels.refresh', { session, prefix: '/', deep: true })
    expect(await listing(page, session, '/a')).toEqual(['b=4', 'c=1'])
    await eventually(() => page.eventsOf('levelChanged').some(event => event.accuracy === 'unknown'))
    expect((await rowsOf(page, session, '/a')).version).toBeGreaterThan(version)
  })

  it('refresh of one level does not affect others', async () => {
    const { page, session, store } = await openSession(['/a/b', '/c/d'])
    for (const prefix of ['/a', '/c']) await listing(page, session, prefix)
    await store.put(Key.parse('/a/x'), bytesOf('x'))
    await store.put(Key.parse('/c/x'), bytesOf('x'))
    await page.call('levels.refresh', { session, prefix: '/a' })
    expect(await listing(page, session, '/a')).toEqual(['b=4', 'x=1'])
    expect(await listing(page, session, '/c')).toEqual(['d=4'])
  })

  it('stay consistent with the store through any writes', { timeout: 120_000 }, async () => {
    const segment = fc.constantFrom('a', 'b', 'c')
    const key = fc.array(segment, { minLength: 1, maxLength: 3 }).map(segments => `/${segments.join('/')}`)
    const write = fc.oneof(
      fc.record({ type: fc.constant('put' as const), key, size: fc.nat({ max: 5 }) }),
      fc.record({ type: fc.constant('delete' as const), key }),
      fc.record({ type: fc.constant('rename' as const), key, to: key }),
      fc.record({ type: fc.constant('look' as const), key }),
    )
    const { page, session, store } = await openSession([])
    const prefixes = ['/', '/a', '/b', '/c', '/a/a', '/a/b', '/b/c']
    const isTrue = async (): Promise<boolean> => {
      for (const prefix of prefixes) {
        const shown = await rowsOf(page, session, prefix)
        const { children } = await store.list(Key.parse(prefix))
        if (JSON.stringify(shown.rows) !== JSON.stringify(children.map(rowOf))) return false
        expect(shown.count).toBe(shown.rows.length)
      }
      return true
    }
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 12 }), async writes => {
        await Promise.allSettled(
          writes.map(change => {
            const call = { session, key: change.key }
            if (change.type === 'put') {
              return page.call('store.put', { ...call, bytes: new Uint8Array(change.size) })
            }
            if (change.type === 'delete') return page.call('store.delete', call)
            if (change.type === 'look') return rowsOf(page, session, change.key)
            return page.call('store.rename', { session, from: change.key, to: change.to })
          }),
        )
        await eventually(isTrue)
      }),
      { numRuns: 60 },
    )
  })

  function rowOf({ name, isValue, isBranch, size }: Row): Row {
    return { name, isValue, isBranch, ...(size !== undefined && { size }) }
  }
})

describe('levelChanged', () => {
  it('is reported at most ten times a second, and the last state always', async () => {
    const { page, session } = await openSession(['/a'])
    await rowsOf(page, session, '/')
    const began = performance.now()
    for (let index = 0; index < 300; index++) {
      await page.call('store.put', { session, key: `/${index}`, bytes: bytesOf('x') })
    }
    const rowsAtEnd = await rowsOf(page, session, '/')
    await eventually(() => page.eventsOf('levelChanged').at(-1)?.count === 301)
    const seconds = (performance.now() - began) / 1000
    expect(page.eventsOf('levelChanged').length).toBeLessThanOrEqual(10 * seconds + 3)
    expect(page.eventsOf('levelChanged').at(-1)).toMatchObject({
      count: 301,
      version: rowsAtEnd.version,
    } satisfies Partial<LevelState>)
  })
})

it('a level with very many changes at once is listed again, not checked key by key', async () => {
  const keys = Array.from({ length: 5000 }, (_, n) => `/from/${nameOf(n)}`)
  const { page, session } = await openSession(await memoryWith(keys))
  await rowsOf(page, session, '/to')
  await rowsOf(page, session, '/from')
  await page.call('jobs.start', { session, request: moveTo(session, '/from', 'to') })
  await eventually(() => page.eventsOf('jobChanged').at(-1)?.state === 'done')
  await eventually(async () => (await rowsOf(page, session, '/to', 4990)).rows.length === 10)
  await eventually(async () => (await rowsOf(page, session, '/')).rows.map(row => row.name).join() === 'to')
  expect((await rowsOf(page, session, '/from')).count).toBe(0)
})
