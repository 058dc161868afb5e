import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DeleteOptions } from '../../../src/core/datastore.ts'
import { DatastoreError } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import type { JobInfo, JobRequest } from '../../../src/shared/procedures/jobs.ts'
import { keys, moveTo, SKIP } from './many/many-test.ts'
import {
  bytesOf,
  connect,
  eventually,
  openSession,
  type TestPage,
  tempFolder,
  testHost,
} from './test-host.ts'

const LONG_JOBS: readonly ((session: string) => JobRequest)[] = [
  () => ({ type: 'count', prefix: '/' }),
  () => deletion('/branch'),
  session => moveTo(session, '/branch', 'moved'),
]

function deletion(key: string): JobRequest {
  return { type: 'many', action: { type: 'delete', selection: keys(key) }, conflicts: SKIP }
}

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

describe('jobs', () => {
  it.each(LONG_JOBS)('H15 a long job over a store that never waits can be cancelled: %s', async requestOf => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `/branch/${index}`)
    const { page, session } = await openSession(keys)
    const { id } = await page.call('jobs.start', { session, request: requestOf(session) })
    const { state, done } = await page.call('jobs.cancel', { job: id })
    expect(state).toBe('cancelled')
    expect(done).toBeLessThan(keys.length)
  })

  it('count reports keys and bytes at and below a branch only', async () => {
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

  it('B9 a key that cannot be deleted is named', async () => {
    const { page, session } = await openSession(await filled(new StubbornStore(), TREE))
    const job = await run(page, session, deletion('/a'))
    expect(job).toMatchObject({ state: 'done', done: 3, result: { stayed: 1 } })
    expect(job.result?.examples[0]?.key).toBe('/a/b/c')
  })

  it('H11 deleting and moving a branch report that it still exists afterwards', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'linked'))
    await symlink(folder, join(folder, 'linked', 'link'))
    await writeFile(join(folder, 'linked', 'one.txt'), '1')
    await mkdir(join(folder, 'other'))
    await writeFile(join(folder, 'other', 'two.txt'), '2')
    const host = await testHost()
    const page = await connect(host)
    const { id } = await host.open({ type: 'folder', path: folder })
    const reason = 'it contains the symbolic link "/linked/link", which no key represents'
    const left = { result: { stayed: 1, examples: [{ key: '/linked', reason }] } }
    // If the target does not exist, the folder is moved with everything in it.
    expect(await run(page, id, moveTo(id, '/linked', 'other'))).toMatchObject({ done: 1, ...left })
    expect(await run(page, id, deletion('/linked'))).toMatchObject({ done: 0, ...left })
    expect(await run(page, id, deletion('/other'))).toMatchObject({ state: 'done', result: { stayed: 0 } })
  })

  it('H20 deleting a branch removes its folders, including empty ones, and updates the row', async () => {
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
    expect(await run(page, id, deletion('/old'))).toMatchObject({ state: 'done', result: { stayed: 0 } })
    expect(await run(page, id, deletion('/bare'))).toMatchObject({ state: 'done', result: { stayed: 0 } })
    expect(await readdir(folder)).toEqual([])
    await eventually(async () => (await rows()).length === 0)
  })

  it('H20 moving a branch removes its folders, except those that were empty before', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'old', 'deep'), { recursive: true })
    await writeFile(join(folder, 'old', 'deep', 'one.txt'), '1')
    await mkdir(join(folder, 'other', 'empty'), { recursive: true })
    await writeFile(join(folder, 'other', 'two.txt'), '2')
    const host = await testHost()
    const page = await connect(host)
    const { id } = await host.open({ type: 'folder', path: folder })
    expect(await run(page, id, moveTo(id, '/old', 'new'))).toMatchObject({ state: 'done' })
    const half = await run(page, id, moveTo(id, '/other', 'new'))
    expect(half).toMatchObject({ done: 1, result: { stayed: 1 } })
    expect(half.result?.examples[0]?.reason).toContain('branches without keys')
    expect(await readdir(folder)).toEqual(['new', 'other'])
    expect(await readdir(join(folder, 'other'))).toEqual(['empty'])
  })

  it('cancel stops a job and reports its progress', async () => {
    const store = await filled(
      new SlowStore(),
      Array.from({ length: 500 }, (_, n) => `/a/${n}`),
    )
    const { page, session } = await openSession(store)
    const { id } = await page.call('jobs.start', { session, request: deletion('/a') })
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
    await page.call('jobs.start', { session, request: deletion('/a') })
    await eventually(() => store.waiting.length > 0)
    const closing = page.call('sessions.close', { session })
    // Messages keep their order: once this is answered, the close has started.
    await page.call('sessions.list', {})
    store.isSlow = false
    for (const release of store.waiting.splice(0)) release()
    await closing
    await eventually(() => page.eventsOf('jobChanged').at(-1)?.state === 'cancelled')
  })

  it('progress is reported at most ten times a second, and the end always', async () => {
    const { page, session } = await openSession(Array.from({ length: 20_000 }, (_, n) => `/a/${n}`))
    const job = await run(page, session, deletion('/a'))
    expect(job).toMatchObject({ state: 'done', done: 20_000 })
    const seconds = ((job.endedAt as number) - job.startedAt) / 1000
    expect(page.eventsOf('jobChanged').length).toBeLessThanOrEqual(10 * seconds + 3)
  })

  it('the list holds the last hundred jobs that ended', async () => {
    const { page, session } = await openSession(['/a'])
    for (let index = 0; index < 120; index++) await run(page, session, { type: 'count', prefix: '/' })
    const { jobs } = await page.call('jobs.list', {})
    expect(jobs.length).toBeLessThanOrEqual(101)
    expect(jobs.at(-1)?.id).toBe('job-120')
  })

  it('too many jobs at once, an unknown session, an unknown job and a bad key are refused', async () => {
    const store = await filled(new SlowStore(), ['/a/1'])
    const { page, session } = await openSession(store)
    const start = (prefix = '/a', of = session) =>
      page.call('jobs.start', { session: of, request: deletion(prefix) })
    const started = await Promise.allSettled(Array.from({ length: 40 }, () => start()))
    expect(started.filter(result => result.status === 'fulfilled')).toHaveLength(32)
    await expect(start()).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(start('/a', 'nobody')).rejects.toMatchObject({ code: 'CLOSED' })
    const request = { type: 'count', prefix: '/../x' } as const
    const bad = page.call('jobs.start', { session, request })
    await expect(bad).rejects.toMatchObject({ code: 'KEY_INVALID' })
    await expect(page.call('jobs.cancel', { job: 'job-99' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    store.isSlow = false
    for (const release of store.waiting.splice(0)) release()
  })
})

/** Refuses to delete `/a/b/c`. */
class StubbornStore extends MemoryDatastore {
  override async delete(key: Key, options?: DeleteOptions): Promise<void> {
    if (key.toString() === '/a/b/c') {
      throw new DatastoreError('ACCESS_DENIED', 'Cannot delete "/a/b/c": permission denied', { key })
    }
    return super.delete(key, options)
  }
}

/** Each delete waits until it is released. */
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
