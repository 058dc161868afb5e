import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DeleteOptions } from '../../../src/core/datastore.ts'
import { DatastoreError } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import type { JobInfo, JobRequest } from '../../../src/shared/procedures/jobs.ts'
import {
  bytesOf,
  connect,
  eventually,
  openSession,
  type TestPage,
  tempFolder,
  testHost,
} from './test-host.ts'

const LONG_JOBS: readonly JobRequest[] = [
  { type: 'count', prefix: '/' },
  { type: 'deleteBranch', prefix: '/branch' },
  { type: 'moveBranch', from: '/branch', to: '/moved' },
]
const TREE = ['/a', '/a/b', '/a/b/c', '/a/d', '/ab', '/x']

async function run(page: TestPage, session: string, request: JobRequest): Promise<JobInfo> {
  const { id } = await page.call('jobs.start', { session, request })
  let ended: JobInfo | undefined
  await eventually(() => {
    ended = page.eventsOf('jobChanged').find(job => job.id === id && job.state !== 'running')
    return ended !== undefined
  })
  return ended as JobInfo
}

async function exists(page: TestPage, session: string, keys: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    keys.map(async key => ((await page.call('store.has', { session, key })).exists ? [key] : [])),
  )
  return found.flat()
}

describe('jobs', () => {
  it.each(LONG_JOBS)('H15 $type over a store that never waits can be cancelled', async request => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `/branch/${index}`)
    const { page, session } = await openSession(keys)
    const { id } = await page.call('jobs.start', { session, request })
    const { state, done } = await page.call('jobs.cancel', { job: id })
    expect(state).toBe('cancelled')
    expect(done).toBeLessThan(keys.length)
  })

  it('count tells keys and bytes at and below a branch, and of nothing else', async () => {
    const { page, session } = await openSession(TREE)
    expect(await run(page, session, { type: 'count', prefix: '/a' })).toMatchObject({
      state: 'done',
      done: 4,
      bytes: '/a/a/b/a/b/c/a/d'.length,
      title: 'Count keys in /a',
    })
    expect(await run(page, session, { type: 'count', prefix: '/nothing' })).toMatchObject({
      done: 0,
      bytes: 0,
    })
    expect(await run(page, session, { type: 'count', prefix: '/' })).toMatchObject({ done: 6 })
  })

  it('deleteBranch deletes what is at and below a branch, and nothing else', async () => {
    const { page, session } = await openSession(TREE)
    const job = await run(page, session, { type: 'deleteBranch', prefix: '/a' })
    expect(job).toMatchObject({ state: 'done', done: 4, total: 4 })
    expect(await exists(page, session, TREE)).toEqual(['/ab', '/x'])
  })

  it('moveBranch moves what is at and below a branch', async () => {
    const { page, session } = await openSession(TREE)
    const job = await run(page, session, { type: 'moveBranch', from: '/a', to: '/x/y' })
    expect(job).toMatchObject({ state: 'done', done: 4, total: 4 })
    const moved = ['/x/y', '/x/y/b', '/x/y/b/c', '/x/y/d', '/ab', '/x']
    expect(await exists(page, session, [...TREE, ...moved])).toEqual(['/ab', '/x', ...moved])
  })

  it('moveBranch up into its own parent meets itself and moves each key once', async () => {
    const { page, session, store } = await openSession(['/a/b/c', '/a/b/b/d', '/a/b/b/b/e'])
    const job = await run(page, session, { type: 'moveBranch', from: '/a/b', to: '/a' })
    expect(job).toMatchObject({ state: 'done', done: 3 })
    expect(await exists(page, session, ['/a/c', '/a/b/d', '/a/b/b/e'])).toHaveLength(3)
    expect((await store.stats()).entries).toBe(3)
  })

  it('moveBranch into itself is refused', async () => {
    const { page, session } = await openSession(TREE)
    for (const to of ['/a', '/a/b', '/a/new/deep', '/a/']) {
      const call = page.call('jobs.start', { session, request: { type: 'moveBranch', from: '/a', to } })
      await expect(call).rejects.toMatchObject({ code: 'BAD_INPUT' })
    }
    const root = page.call('jobs.start', { session, request: { type: 'moveBranch', from: '/', to: '/q' } })
    await expect(root).rejects.toMatchObject({ code: 'BAD_INPUT' })
    expect((await page.call('jobs.list', {})).jobs).toEqual([])
  })

  it('moveBranch never replaces, and names the key in its way', async () => {
    const { page, session, store } = await openSession(['/a/1', '/a/2', '/b/2'])
    const job = await run(page, session, { type: 'moveBranch', from: '/a', to: '/b' })
    expect(job).toMatchObject({ state: 'failed', done: 1, error: { code: 'ALREADY_EXISTS', key: '/b/2' } })
    expect((await store.stats()).entries).toBe(3)
  })

  it('a key that cannot be deleted is named', async () => {
    const { page, session } = await openSession(await filled(new StubbornStore(), TREE))
    const job = await run(page, session, { type: 'deleteBranch', prefix: '/a' })
    expect(job).toMatchObject({ state: 'failed', error: { code: 'ACCESS_DENIED', key: '/a/b/c' } })
  })

  it('H11 deleteBranch and moveBranch fail where the branch is still there afterwards', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'linked'))
    await symlink(folder, join(folder, 'linked', 'link'))
    await writeFile(join(folder, 'linked', 'one.txt'), '1')
    const host = await testHost()
    const page = await connect(host)
    const { id } = await host.open({ type: 'folder', path: folder })
    const left = { state: 'failed', error: { code: 'UNSUPPORTED' } }
    const moved = await run(page, id, { type: 'moveBranch', from: '/linked', to: '/other' })
    expect(moved).toMatchObject({ ...left, done: 1, total: 1 })
    expect(moved.error?.message).toBe(
      'Moved 1 key, but the branch "/linked" is still there: ' +
        'it holds the symbolic link "/linked/link", which no key stands for',
    )
    expect(await run(page, id, { type: 'deleteBranch', prefix: '/linked' })).toMatchObject({
      ...left,
      done: 0,
    })
    expect(await run(page, id, { type: 'deleteBranch', prefix: '/other' })).toMatchObject({ state: 'done' })
  })

  it('H20 deleteBranch takes the folders of a branch away, empty ones too, and says so of the row', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'old', 'empty'), { recursive: true })
    await mkdir(join(folder, 'bare', 'below'), { recursive: true })
    await writeFile(join(folder, 'old', 'one.txt'), '1')
    const host = await testHost()
    const page = await connect(host)
    const { id } = await host.open({ type: 'folder', path: folder })
    const rows = async () => {
      const { rows: found } = await page.call('levels.rows', {
        session: id,
        prefix: '/',
        offset: 0,
        limit: 10,
      })
      return found.map(({ name }) => name)
    }
    expect(await rows()).toEqual(['bare', 'old'])
    const deleted = await run(page, id, { type: 'deleteBranch', prefix: '/old' })
    expect(deleted).toMatchObject({ state: 'done', done: 1, total: 1 })
    expect(await run(page, id, { type: 'deleteBranch', prefix: '/bare' })).toMatchObject({
      state: 'done',
      done: 0,
    })
    expect(await readdir(folder)).toEqual([])
    await eventually(async () => (await rows()).length === 0)
  })

  it('H20 moveBranch leaves no folder behind, but never drops one that was empty', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'old', 'deep'), { recursive: true })
    await writeFile(join(folder, 'old', 'deep', 'one.txt'), '1')
    await mkdir(join(folder, 'other', 'empty'), { recursive: true })
    await writeFile(join(folder, 'other', 'two.txt'), '2')
    const host = await testHost()
    const page = await connect(host)
    const { id } = await host.open({ type: 'folder', path: folder })
    const moved = await run(page, id, { type: 'moveBranch', from: '/old', to: '/new' })
    expect(moved).toMatchObject({ state: 'done', done: 1 })
    const half = await run(page, id, { type: 'moveBranch', from: '/other', to: '/new' })
    expect(half).toMatchObject({ state: 'failed', done: 1, total: 1, error: { code: 'UNSUPPORTED' } })
    expect(await readdir(folder)).toEqual(['new', 'other'])
    expect(await readdir(join(folder, 'other'))).toEqual(['empty'])
  })

  it('cancel stops a job and tells how far it came', async () => {
    const store = await filled(
      new SlowStore(),
      Array.from({ length: 500 }, (_, n) => `/a/${n}`),
    )
    const { page, session } = await openSession(store)
    const { id } = await page.call('jobs.start', { session, request: { type: 'deleteBranch', prefix: '/a' } })
    await eventually(() => store.waiting.length > 0)
    for (const release of store.waiting.splice(0)) release()
    const cancelling = page.call('jobs.cancel', { job: id })
    await eventually(() => store.waiting.length > 0)
    for (const release of store.waiting.splice(0)) release()
    const ended = await cancelling
    expect(ended.state).toBe('cancelled')
    expect(ended.done).toBeLessThan(100)
    expect(ended.endedAt).toBeGreaterThanOrEqual(ended.startedAt)
    expect(await page.call('jobs.cancel', { job: id })).toEqual(ended)
    store.isSlow = false
    expect((await store.stats()).entries).toBe(500 - ended.done)
  })

  it('end with their session', async () => {
    const store = await filled(new SlowStore(), ['/a/1', '/a/2'])
    const { page, session } = await openSession(store)
    await page.call('jobs.start', { session, request: { type: 'deleteBranch', prefix: '/a' } })
    await eventually(() => store.waiting.length > 0)
    const closing = page.call('sessions.close', { session })
    // Messages keep their order: once this is answered, the close has begun.
    await page.call('sessions.list', {})
    store.isSlow = false
    for (const release of store.waiting.splice(0)) release()
    await closing
    await eventually(() => page.eventsOf('jobChanged').at(-1)?.state === 'cancelled')
  })

  it('progress is told at most ten times a second, and the end always', async () => {
    const { page, session } = await openSession(Array.from({ length: 20_000 }, (_, n) => `/a/${n}`))
    const job = await run(page, session, { type: 'deleteBranch', prefix: '/a' })
    expect(job).toMatchObject({ state: 'done', done: 20_000, total: 20_000 })
    const seconds = ((job.endedAt as number) - job.startedAt) / 1000
    expect(page.eventsOf('jobChanged').length).toBeLessThanOrEqual(10 * seconds + 3)
  })

  it('the list holds the latest hundred that ended', async () => {
    const { page, session } = await openSession(['/a'])
    for (let index = 0; index < 120; index++) await run(page, session, { type: 'count', prefix: '/' })
    const { jobs } = await page.call('jobs.list', {})
    expect(jobs.length).toBeLessThanOrEqual(101)
    expect(jobs.at(-1)?.id).toBe('job-120')
  })

  it('too many at once, an unknown session, an unknown job and a bad key are refused', async () => {
    const store = await filled(new SlowStore(), ['/a/1'])
    const { page, session } = await openSession(store)
    const start = (prefix = '/a', of = session) =>
      page.call('jobs.start', { session: of, request: { type: 'deleteBranch', prefix } })
    const started = await Promise.allSettled(Array.from({ length: 40 }, () => start()))
    expect(started.filter(result => result.status === 'fulfilled')).toHaveLength(32)
    await expect(start()).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(start('/a', 'nobody')).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(start('/../x')).rejects.toMatchObject({ code: 'KEY_INVALID' })
    await expect(page.call('jobs.cancel', { job: 'job-99' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    store.isSlow = false
    for (const release of store.waiting.splice(0)) release()
  })
})

/** Denies to delete `/a/b/c`. */
class StubbornStore extends MemoryDatastore {
  override async delete(key: Key, options?: DeleteOptions): Promise<void> {
    if (key.toString() === '/a/b/c') {
      throw new DatastoreError('ACCESS_DENIED', 'Cannot delete "/a/b/c": permission denied', { key })
    }
    return super.delete(key, options)
  }
}

/** Each delete waits until it is let go. */
class SlowStore extends MemoryDatastore {
  isSlow = true
  readonly waiting: (() => void)[] = []

  override async delete(key: Key, options?: DeleteOptions): Promise<void> {
    if (this.isSlow) await new Promise<void>(resolve => this.waiting.push(resolve))
    return super.delete(key, options)
  }
}

async function filled<Store extends MemoryDatastore>(store: Store, keys: readonly string[]): Promise<Store> {
  for (const key of keys) await store.put(Key.parse(key), bytesOf(key))
  return store
}
