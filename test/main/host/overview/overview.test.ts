import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { DatastoreError } from '../../../../src/core/errors.ts'
import { Key } from '../../../../src/core/key.ts'
import { layered } from '../../../../src/core/layers/layer.ts'
import { nodeKinds } from '../../../../src/core/node/stack.ts'
import { defineKind } from '../../../../src/core/stack/kind.ts'
import { Registry } from '../../../../src/core/stack/registry.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { BranchTally } from '../../../../src/main/host/overview/branch-tally.ts'
import { KeySample } from '../../../../src/main/host/overview/key-sample.ts'
import { OVERVIEW_LIMITS, type OverviewLimits } from '../../../../src/main/host/overview/overview-round.ts'
import { SessionOverview } from '../../../../src/main/host/overview/session-overview.ts'
import { HEAD, kindOfContent } from '../../../../src/main/host/overview/value-kind.ts'
import type { Overview } from '../../../../src/shared/procedures/overview.ts'
import { bareSessions } from '../bare-sessions.ts'
import {
  afterTest,
  byItsCalls,
  bytesOf,
  connect,
  memoryWith,
  openSession,
  type TestPage,
  tempFolder,
  testHost,
} from '../test-host.ts'

/** Polls until a report passes. */
async function until(
  page: TestPage,
  session: string,
  passes: (overview: Overview) => boolean,
): Promise<Overview> {
  let version: number | undefined
  for (;;) {
    const overview = await page.call('overview.next', { session, version })
    if (passes(overview)) return overview
    ;({ version } = overview)
  }
}

const isDone = ({ state }: Overview): boolean => state === 'done'

async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await tempFolder()
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return folder
}

async function openDocument(root: unknown): Promise<{ page: TestPage; session: string }> {
  const host = await testHost()
  const page = await connect(host)
  const document = { strata: 1, root }
  const { id } = await page.call('sessions.open', { source: { type: 'document', document } })
  return { page, session: id }
}

/**
 * Opens stacks with nodes of the kind `rough`: the store of their id, which counts its keys approximately and
 * has no watch.
 */
async function openRough(
  stores: ReadonlyMap<string, MemoryDatastore>,
  root: unknown,
): Promise<{ page: TestPage; session: string }> {
  const rough = defineKind({
    kind: 'rough',
    label: 'Rough',
    help: 'Counts roughly.',
    schema: z.strictObject({}),
    children: 'none',
    open: async (_options, _children, { id }) =>
      layered(stores.get(id) ?? new MemoryDatastore(), {
        capabilities: below => ({ ...below, watch: 'none' }),
        around: ({ verb, call }, run) =>
          verb === 'stats' ? ({ entries: 7, accuracy: 'approximate' } as never) : run(call),
      }),
  })
  const host = await testHost({ registry: new Registry([...nodeKinds, rough]) })
  const page = await connect(host)
  const document = { strata: 1, root }
  const { id } = await page.call('sessions.open', { source: { type: 'document', document } })
  return { page, session: id }
}

const plain = (path: string) => ({ kind: 'fs', path, layout: 'plain' })

describe('overview', () => {
  it('O54 the exact count of the first page replaces an approximate count of the store until a key changes', async () => {
    class RoughStore extends MemoryDatastore {
      override async stats() {
        return { entries: 7, accuracy: 'approximate' as const }
      }
    }
    const store = new RoughStore()
    await store.put(Key.parse('/a/b'), bytesOf('one'))
    await store.put(Key.parse('/c'), bytesOf('two'))
    const { page, session } = await openSession(store)
    expect(await page.call('store.stats', { session })).toEqual({ entries: 7, accuracy: 'approximate' })
    const notified = new Promise(resolve => page.on('sessionStatusChanged', resolve))
    await until(page, session, isDone)
    await notified
    expect(await page.call('store.stats', { session })).toEqual({ entries: 2, accuracy: 'exact' })
    await page.call('store.put', { session, key: '/d', bytes: bytesOf('three') })
    expect(await page.call('store.stats', { session })).toMatchObject({ accuracy: 'approximate' })
  })

  it('O54 the exact count stays after the first page is left, until a key changes', async () => {
    class RoughStore extends MemoryDatastore {
      override async stats() {
        return { entries: 7, accuracy: 'approximate' as const }
      }
    }
    const store = new RoughStore()
    await store.put(Key.parse('/a'), bytesOf('one'))
    const { page, session } = await openSession(store)
    await until(page, session, isDone)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      await page.call('overview.next', { session })
      vi.advanceTimersByTime(60_000)
    } finally {
      vi.useRealTimers()
    }
    for (let turn = 0; turn < 10; turn++) await new Promise(resolve => setImmediate(resolve))
    await page.call('sessions.lookAgain', { session })
    expect(await page.call('store.stats', { session })).toEqual({ entries: 1, accuracy: 'exact' })
    await page.call('store.put', { session, key: '/b', bytes: bytesOf('two') })
    expect(await page.call('store.stats', { session })).toMatchObject({ accuracy: 'approximate' })
  })

  it('O54 O62 the only leaf of a stack gets the exact count, and several leaves keep their own', async () => {
    const disks = new Map(['a', 'b', 'c'].map(name => [name, new MemoryDatastore()]))
    const { page, session } = await openRough(disks, {
      kind: 'tiered',
      tiers: [
        { kind: 'memory', id: 'cache' },
        { kind: 'read-only', store: { kind: 'rough', id: 'a' } },
      ],
    })
    const shards = { kind: 'sharded', shards: ['b', 'c'].map(id => ({ kind: 'rough', id })) }
    const { id: sharded } = await page.call('sessions.open', {
      source: { type: 'document', document: { strata: 1, root: shards } },
    })
    for (const store of disks.values()) await store.put(Key.parse('/k'), bytesOf('one'))
    const countsOf = async (id: string) => {
      const { counts } = await page.call('residency.counts', { session: id })
      return counts.map(({ node, entries, accuracy }) => [node, entries, accuracy])
    }
    const cache = ['cache', 0, 'exact']
    expect(await countsOf(session)).toEqual([cache, ['a', 7, 'approximate']])
    const notified = new Promise(resolve => page.on('sessionStatusChanged', resolve))
    await until(page, session, isDone)
    await notified
    expect(await countsOf(session)).toEqual([cache, ['a', 1, 'exact']])
    expect(await page.call('store.stats', { session })).toEqual({ entries: 1, accuracy: 'exact' })
    await until(page, sharded, isDone)
    expect(await countsOf(sharded)).toEqual([
      ['b', 7, 'approximate'],
      ['c', 7, 'approximate'],
    ])
  })

  it('O62 pages are notified if the first page finds another count than they have', async () => {
    const disk = new MemoryDatastore()
    const { page, session } = await openRough(new Map([['a', disk]]), { kind: 'rough', id: 'a' })
    await until(page, session, isDone)
    expect(await page.call('store.stats', { session })).toEqual({ entries: 0, accuracy: 'exact' })
    // Another program makes this change, and nobody is notified.
    await disk.put(Key.parse('/k'), bytesOf('one'))
    const notified = new Promise(resolve => page.on('sessionStatusChanged', resolve))
    await page.call('sessions.lookAgain', { session })
    await until(page, session, ({ keys }) => keys === 1)
    await notified
    expect(await page.call('store.stats', { session })).toEqual({ entries: 1, accuracy: 'exact' })
  })

  it('O55 exact stats of the store are shown before its keys are listed', async () => {
    const store = await memoryWith(Array.from({ length: 40_000 }, (_, index) => `/branch/${index}`))
    const { page, session } = await openSession(store)
    const { entries, bytes } = await page.call('store.stats', { session })
    const first = await page.call('overview.next', { session })
    expect(first).toMatchObject({ keys: 40_000, isCounted: true, bytes, areBytesExact: true, kinds: [] })
    expect(entries).toBe(40_000)
    expect(await until(page, session, isDone)).toMatchObject({ keys: 40_000, isCounted: true })
    // Stats from before a change are not reported after it.
    await page.call('store.put', { session, key: '/more', bytes: bytesOf('more') })
    expect(await until(page, session, ({ keys }) => keys === 40_001)).toMatchObject({ isCounted: true })
  })

  it('O40 it counts the keys and bytes of a folder and of its branches, and lists the latest changes', async () => {
    const folder = await folderWith({
      'films/a': 'one',
      'films/b': 'two',
      'logs/2025': 'x'.repeat(5000),
      readme: 'read me',
    })
    await utimes(join(folder, 'films/b'), 3_000, 3_000)
    for (const name of ['films/a', 'logs/2025', 'readme']) await utimes(join(folder, name), 1_000, 1_000)
    const { page, session } = await openDocument(plain(folder))
    const overview = await until(page, session, isDone)
    expect(overview).toMatchObject({
      keys: 4,
      isCounted: true,
      bytes: 5013,
      areBytesExact: true,
      level: '/',
      branches: [
        { key: '/films', keys: 2, bytes: 6 },
        { key: '/logs', keys: 1, bytes: 5000 },
      ],
      otherBranches: 0,
      looseKeys: 1,
      hasTimes: true,
      measured: 4,
    })
    expect(overview.changed[0]).toEqual({ key: '/films/b', mtime: 3_000_000, size: 3 })
    expect(overview.changed).toHaveLength(4)
  })

  it('O40 the only branch of a store is not listed by itself, but its children are', async () => {
    const { page, session } = await openSession(['/app/a/1', '/app/a/2', '/app/b/1', '/app/c'])
    const { level, branches, looseKeys } = await until(page, session, isDone)
    expect({ level, branches, looseKeys }).toEqual({
      level: '/app',
      branches: [
        { key: '/app/a', keys: 2, bytes: 16 },
        { key: '/app/b', keys: 1, bytes: 8 },
      ],
      looseKeys: 1,
    })
  })

  it('O40 an empty store is counted', async () => {
    const { page, session } = await openSession([])
    expect(await until(page, session, isDone)).toMatchObject({
      keys: 0,
      isCounted: true,
      bytes: 0,
      areBytesExact: true,
      branches: [],
      kinds: [],
      changed: [],
    })
  })

  it('O41 for many values it samples some, estimates the bytes from them, and reports the sample size', async () => {
    const files: Record<string, string> = {}
    for (let index = 0; index < 600; index++) files[`${index % 3}/${index}`] = 'x'.repeat(100 + (index % 7))
    const { next } = await limited(await folderWith(files), { measured: 200, typed: 20 })
    const report = await next(isDone)
    expect(report).toMatchObject({
      keys: 600,
      isCounted: true,
      areBytesExact: false,
      measured: 200,
      typed: 20,
    })
    // The mean is 103, whichever of the values from 100 to 106 bytes are sampled.
    expect(report.bytes).toBeGreaterThan(600 * 101)
    expect(report.bytes).toBeLessThan(600 * 105)
    expect(report.branches.map(({ keys }) => keys)).toEqual([200, 200, 200])
  })

  it('O41 a sample depends on the keys and not on their order, and is uniform', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,8}$/), { maxLength: 60 }),
        fc.nat(20),
        (names, size) => {
          const sampleOf = (keys: readonly string[]) => {
            const sample = new KeySample(size + 1)
            for (const name of keys) sample.add(Key.of(name))
            return sample.take().map(({ key }) => key.toString())
          }
          const sample = sampleOf(names)
          expect(sample).toHaveLength(Math.min(names.length, size + 1))
          expect(new Set(sampleOf(names.toReversed()))).toEqual(new Set(sample))
        },
      ),
    )
    const sample = new KeySample(1000)
    for (let index = 0; index < 100_000; index++) sample.add(Key.of('k', String(index)))
    const below = sample.take().filter(({ key }) => Number(key.lastSegment) < 50_000).length
    expect(below).toBeGreaterThan(420)
    expect(below).toBeLessThan(580)
  })

  it('O41 a level of very many branches is counted in bounded memory, and its largest ones are correct', () => {
    const tally = new BranchTally(1)
    for (let index = 0; index < 60_000; index++) {
      tally.add(Key.of(`b${index}`, 'x'), undefined)
      if (index === 30_000) for (let more = 0; more < 500; more++) tally.add(Key.of('b30000', `y${more}`), 1)
      tally.add(Key.of(`v${index}`), undefined)
    }
    const [first, ...others] = tally.branches()
    expect(first).toEqual({ key: Key.of('b30000'), keys: 501, bytes: 500 })
    expect(others.length).toBeLessThan(20_000)
    expect(others.length + 1 + tally.droppedBranches).toBe(60_000)
    expect(tally.looseKeys).toBe(60_000)
  })

  it('O42 it detects kinds of values by their content, and does not fill caches', async () => {
    const folder = await folderWith({
      a: '{"title":"Metropolis"}',
      b: 'plain text',
      c: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]),
      d: '',
    })
    const { page, session } = await openDocument({
      kind: 'tiered',
      tiers: [{ kind: 'memory', id: 'copies' }, plain(folder)],
    })
    const { kinds, areKindsRead, typed } = await until(page, session, isDone)
    expect(areKindsRead).toBe(true)
    expect(typed).toBe(4)
    expect(new Map(kinds.map(({ kind, keys }) => [kind, keys]))).toEqual(
      new Map([
        ['json', 1],
        ['text', 1],
        ['image', 1],
        ['empty', 1],
      ]),
    )
    const copies = async () => {
      const plan = await page.call('sessions.plan', { session, document: { strata: 1, root: plain(folder) } })
      return plan.dropped.map(({ entries }) => entries)
    }
    expect(await copies()).toEqual([])
    await page.call('store.get', { session, key: '/a' })
    expect(await copies()).toEqual([1])
  })

  it('O42 if no value can be read without a change, key names determine the kinds', async () => {
    const folder = await folderWith({ 'a.json': '{}', 'b.png': 'no image', c: 'text' })
    const { page, session } = await openDocument({
      kind: 'tiered',
      tiers: [{ kind: 'memory' }, { kind: 'lowercase', store: plain(folder) }],
    })
    const { kinds, areKindsRead } = await until(page, session, isDone)
    expect(areKindsRead).toBe(false)
    expect(new Set(kinds.map(({ kind }) => kind))).toEqual(new Set(['json', 'image', 'unknown']))
  })

  it('O42 the kind of a large value is detected from its first bytes', () => {
    const headOf = (text: string) => bytesOf(text).subarray(0, HEAD)
    const large = 'ü'.repeat(HEAD)
    expect(kindOfContent('a', headOf(`x${large}`), large.length * 2 + 1)).toBe('text')
    expect(kindOfContent('a', headOf(`{"a":"${large}`), large.length * 2)).toBe('json')
    expect(kindOfContent('a', new Uint8Array(HEAD).fill(0x9d), HEAD * 2)).toBe('bytes')
    expect(kindOfContent('a', new Uint8Array([0x1f, 0x8b, 8, 0]), 1e9)).toBe('packed')
  })

  it('O43 it follows changes: figures stay until new ones are ready, and the latest change comes first', async () => {
    const folder = await folderWith({ 'films/a': 'one', 'films/b': 'two' })
    const { page, session } = await openDocument(plain(folder))
    const before = await until(page, session, isDone)
    await page.call('store.put', { session, key: '/films/new', bytes: bytesOf('three') })
    const after = await until(page, session, ({ keys }) => keys !== before.keys)
    expect(after).toMatchObject({ state: 'done', keys: 3, bytes: 11, areBytesExact: true })
    expect(after.changed[0]?.key).toBe('/films/new')
    await writeFile(join(folder, 'films/others'), 'four')
    // A change reported while values are measured leaves the exact bytes to the next round.
    await until(page, session, ({ keys, bytes }) => keys === 4 && bytes === 15)
    await page.call('store.delete', { session, key: '/films/new' })
    const last = await until(page, session, ({ keys }) => keys === 3)
    expect(last.changed.map(({ key }) => key)).not.toContain('/films/new')
  })

  it('O44 a failure of the store is reported, and the next call tries again', async () => {
    const store = new FailingStore()
    const { page, session } = await openSession(byItsCalls(store))
    store.failure = new DatastoreError('CONNECTION', 'The server is gone')
    await expect(until(page, session, isDone)).rejects.toMatchObject({ code: 'CONNECTION' })
    store.failure = undefined
    expect(await until(page, session, isDone)).toMatchObject({ keys: 0, isCounted: true })
  })

  it('O44 a call that waits for a report ends when it is cancelled, and when the session closes', async () => {
    const { page, session } = await openSession(['/a'])
    const { version } = await until(page, session, isDone)
    const aborter = new AbortController()
    const waiting = page.call('overview.next', { session, version }, { signal: aborter.signal })
    const cancelled = expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
    aborter.abort()
    await cancelled
    const other = page.call('overview.next', { session, version })
    const closed = expect(other).rejects.toMatchObject({ code: 'CLOSED' })
    await page.call('sessions.close', { session })
    await closed
  })

  it('O44 it yields to calls that wait for rows', async () => {
    let requests = 0
    const isBusy = () => ++requests < 20
    const { next } = await limited(await folderWith({ a: '1', b: '2' }), {}, isBusy)
    await next(isDone)
    expect(requests).toBeGreaterThan(20)
  })
})

/** An overview of a folder with custom limits. */
async function limited(folder: string, limits: Partial<OverviewLimits>, isBusy = () => false) {
  const bare = await bareSessions(await tempFolder())
  afterTest(() => bare.close())
  const { id } = await bare.sessions.open({ type: 'folder', path: folder }, undefined)
  const { store, keys, stack, closing, info } = bare.sessions.get(id)
  const session = {
    id,
    store,
    keys,
    stack,
    closing,
    info,
    follow: () => undefined,
    reportStatus: () => undefined,
  }
  const overview = new SessionOverview(
    {
      ...session,
      get isBusy() {
        return isBusy()
      },
    },
    { ...OVERVIEW_LIMITS, ...limits },
  )
  const { signal } = new AbortController()
  const next = async (passes: (report: Overview) => boolean): Promise<Overview> => {
    let report = await overview.next(undefined, signal)
    while (!passes(report)) report = await overview.next(report.version, signal)
    return report
  }
  return { overview, next }
}

class FailingStore extends MemoryDatastore {
  failure: Error | undefined

  override async *query(...args: Parameters<MemoryDatastore['query']>) {
    if (this.failure !== undefined) throw this.failure
    yield* super.query(...args)
  }

  override async list(...args: Parameters<MemoryDatastore['list']>) {
    if (this.failure !== undefined) throw this.failure
    return super.list(...args)
  }
}
