import { readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failure } from '../../../../src/core/errors.ts'
import { Key } from '../../../../src/core/key.ts'
import { layered } from '../../../../src/core/layers/layer.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import type { ManyAction } from '../../../../src/shared/procedures/many.ts'
import {
  bytesOf,
  connect,
  eventually,
  openSession,
  type TestHost,
  type TestPage,
  tempFolder,
  testHost,
} from '../test-host.ts'
import { act, ended, filesOf, folderOf, keys, keysIn, run, undo, writeInto } from './many-test.ts'

/** A host with a page and a session of a plain folder. */
async function openPlain(root: string): Promise<{ host: TestHost; page: TestPage; session: string }> {
  const host = await testHost()
  const { id: session } = await host.open({ type: 'folder', path: root })
  return { host, page: await connect(host), session }
}

const rename = (find: string, replace: string, ...texts: string[]): ManyAction => ({
  type: 'rename',
  selection: keys(...texts),
  pattern: { kind: 'glob', find, replace },
})

describe('actions on many keys', () => {
  it('B1 B5 deletes a branch of a folder in one step, and undoes it', async () => {
    const root = await folderOf('a/b.txt', 'a/c/d.txt', 'z.txt')
    const { host, page, session } = await openPlain(root)
    const before = await filesOf(root)
    const job = await act(page, session, { type: 'delete', selection: keys('/a', '/z.txt') })
    expect(job).toMatchObject({ state: 'done', result: { stayed: 0, skipped: 0 } })
    expect(await readdir(root)).toEqual([])
    expect(await readdir(join(host.dataDirectory, 'aside'))).toHaveLength(1)
    expect(await undo(page, job)).toMatchObject({ state: 'done', done: 2 })
    expect(await filesOf(root)).toEqual(before)
    expect(await undo(page, job, 'redo')).toMatchObject({ state: 'done' })
    expect(await readdir(root)).toEqual([])
    expect(await undo(page, job)).toMatchObject({ state: 'done' })
    expect(await filesOf(root)).toEqual(before)
    expect(await undo(page, job)).toMatchObject({ state: 'failed', error: { code: 'CONFLICT' } })
    expect(host.logged).toEqual([])
  })

  it('B1 H21 deletes the keys of a branch that holds a link, and reports the link', async () => {
    const root = await folderOf('a/b.txt', 'a/c/d.txt')
    await symlink('nowhere', join(root, 'a/link'))
    const { page, session } = await openPlain(root)
    const job = await act(page, session, { type: 'delete', selection: keys('/a') })
    expect(job).toMatchObject({ state: 'done', done: 2, result: { stayed: 1 } })
    expect(job.result?.examples[0]?.reason).toContain('"/a/link"')
    expect(await readdir(join(root, 'a'))).toEqual(['link'])
  })

  it('J11 an undo is a job with progress', async () => {
    const { page, session, store } = await openSession(Array.from({ length: 300 }, (_, n) => `/a/${n}`))
    const job = await act(page, session, { type: 'delete', selection: keys('/a') })
    expect(await undo(page, job)).toMatchObject({ state: 'done', done: 300 })
    await eventually(() => page.eventsOf('jobChanged').at(-1)?.state === 'done')
    expect(page.eventsOf('jobChanged').at(-1)).toMatchObject({
      title: 'Undo delete of /a and everything below it',
      request: { type: 'undo', action: 'undo' },
      done: 300,
      total: 300,
    })
    expect(await keysIn(store)).toHaveLength(300)
    const start = page.call('jobs.start', { session, request: { type: 'undo', action: 'undo', entry: 1 } })
    await expect(start).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  it('J11 after an undo is stopped, the next one undoes the rest', async () => {
    const store = new HeldPuts()
    for (let n = 0; n < 300; n++) await store.put(Key.of('a', String(n)), bytesOf('x'))
    const { page, session } = await openSession(store)
    const job = await act(page, session, { type: 'delete', selection: keys('/a') })
    store.isHeld = true
    const first = undo(page, job)
    await eventually(() => store.held.length > 0)
    const { jobs } = await page.call('jobs.list', {})
    const cancelling = page.call('jobs.cancel', { job: jobs.at(-1)?.id ?? '' })
    // Messages keep their order: once this is answered, the job has been cancelled.
    await page.call('jobs.list', {})
    store.open()
    expect(await cancelling).toMatchObject({ state: 'cancelled', total: 300 })
    expect(await first).toMatchObject({ state: 'failed', error: { code: 'ABORTED' } })
    const between = (await keysIn(store)).length
    expect(between).toBeGreaterThan(0)
    expect(between).toBeLessThan(300)
    expect(await undo(page, job)).toMatchObject({ state: 'done' })
    expect(await keysIn(store)).toHaveLength(300)
  })

  it('B13 acts on values only, and keeps the keys below them', async () => {
    const { page, session, store } = await openSession(['/a', '/a/b', '/a/c', '/x/a'])
    const selection = { ...keys('/a', '/a/c'), isValuesOnly: true }
    const job = await act(page, session, { type: 'delete', selection })
    expect(job).toMatchObject({ title: 'Delete 2 keys', state: 'done', done: 2 })
    expect(await keysIn(store)).toEqual(['/a/b', '/x/a'])
    expect(await undo(page, job)).toMatchObject({ state: 'done', done: 2 })
    expect(await keysIn(store)).toEqual(['/a', '/a/b', '/a/c', '/x/a'])
  })

  it('B13 B14 values keep their path below the base, or are named by their last segment', async () => {
    const { page, session, store } = await openSession(['/a/b', '/a/b/c', '/a/d/c', '/e'])
    const selection = { ...keys('/a/b', '/a/d/c', '/e'), isValuesOnly: true }
    const to = { session, prefix: '/to', base: '/a' }
    await act(page, session, { type: 'transfer', selection, to, isMove: true })
    expect(await keysIn(store)).toEqual(['/a/b/c', '/to/b', '/to/d/c', '/to/e'])
    const flat = { session, prefix: '/flat' }
    const copied = { ...keys('/to/d/c', '/to/b'), isValuesOnly: true }
    await act(page, session, { type: 'transfer', selection: copied, to: flat, isMove: false })
    expect(await keysIn(store)).toEqual(['/a/b/c', '/flat/b', '/flat/c', '/to/b', '/to/d/c', '/to/e'])
  })

  it('W100 the reason why a key stayed does not repeat the key', async () => {
    const store = new MemoryDatastore()
    for (const key of ['/a', '/b']) await store.put(Key.parse(key), bytesOf(key))
    const guarded = layered(store, {
      around: ({ verb, key, call }, run) => {
        if (verb !== 'delete' || key.toString() !== '/b') return run(call)
        throw failure('ACCESS_DENIED', 'delete', key, 'the owner forbids it')
      },
    })
    const host = await testHost()
    const { id: session } = await host.openStore('Guarded', guarded)
    const job = await act(await connect(host), session, { type: 'delete', selection: keys('/a', '/b') })
    expect(job).toMatchObject({
      done: 1,
      result: { stayed: 1, examples: [{ key: '/b', reason: 'the owner forbids it' }] },
    })
  })

  it('B1 B5 deletes keys of a store without folders one by one, and undoes it', async () => {
    const { page, session, store } = await openSession(['/a', '/a/b', '/a/b/c', '/ab', '/x'])
    const job = await act(page, session, { type: 'delete', selection: keys('/a', '/a/b') })
    expect(job).toMatchObject({ state: 'done', done: 3 })
    expect((await page.call('store.list', { session, prefix: '/' })).rows.map(row => row.name)).toEqual([
      'ab',
      'x',
    ])
    await store.put((await import('../../../../src/core/key.ts')).Key.parse('/a/b'), bytesOf('new'))
    const undone = await undo(page, job)
    expect(undone).toMatchObject({ done: 2, result: { stayed: 1, examples: [{ key: '/a/b' }] } })
    const { bytes } = await page.call('store.get', { session, key: '/a/b' })
    expect(Buffer.from(bytes).toString()).toBe('new')
  })

  it('B1 acts on ranges of a level, except excluded keys', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `/l/${String(index).padStart(3, '0')}`)
    const { page, session } = await openSession([...names, '/other'])
    const range = { level: '/l', from: '010', to: '250', except: ['100', '101'] }
    const job = await act(page, session, { type: 'delete', selection: { keys: ['/l/020'], ranges: [range] } })
    expect(job).toMatchObject({ state: 'done', done: 239 })
    const { rows } = await page.call('store.list', { session, prefix: '/l', limit: 1000 })
    expect(rows).toHaveLength(61)
    expect(await undo(page, job)).toMatchObject({ done: 239 })
    const all = { level: '/l' }
    expect(
      await act(page, session, { type: 'delete', selection: { keys: [], ranges: [all, all] } }),
    ).toMatchObject({
      done: 300,
    })
  })

  it('B2 moves a branch in one step, or key by key if the target exists, and undoes both', async () => {
    const root = await folderOf('a/b/1', 'a/b/2', 'n/keep', 'other/b/2')
    const { page, session } = await openPlain(root)
    const before = await filesOf(root)
    const move = (prefix: string): ManyAction => ({
      type: 'transfer',
      selection: keys('/a/b'),
      to: { session, prefix },
      isMove: true,
    })
    const whole = await act(page, session, move('/n'))
    expect(await filesOf(root)).toEqual({
      'n/b/1': 'a/b/1',
      'n/b/2': 'a/b/2',
      'n/keep': 'n/keep',
      'other/b/2': 'other/b/2',
    })
    expect(await undo(page, whole)).toMatchObject({ state: 'done' })
    expect(await filesOf(root)).toEqual(before)

    const single = await act(page, session, move('/other'))
    expect(single).toMatchObject({ done: 1, result: { skipped: 1, examples: [{ key: '/a/b/2' }] } })
    expect(await filesOf(root)).toEqual({
      'a/b/2': 'a/b/2',
      'n/keep': 'n/keep',
      'other/b/1': 'a/b/1',
      'other/b/2': 'other/b/2',
    })
    await undo(page, single)
    expect(await filesOf(root)).toEqual(before)
  })

  it.each(['skip', 'replace', 'both'] as const)('B3 a key that exists: %s, and the undo', async all => {
    const { page, session } = await openSession(['/a/x.txt', '/b/x.txt', '/b/x (2).txt'])
    for (const isMove of [false, true]) {
      const job = await act(
        page,
        session,
        { type: 'transfer', selection: keys('/a/x.txt'), to: { session, prefix: '/b' }, isMove },
        { all },
      )
      const text = async (key: string) =>
        page.call('store.get', { session, key }).then(
          ({ bytes }) => Buffer.from(bytes).toString(),
          () => undefined,
        )
      expect(await text('/b/x.txt')).toBe(all === 'replace' ? '/a/x.txt' : '/b/x.txt')
      expect(await text('/b/x (3).txt')).toBe(all === 'both' ? '/a/x.txt' : undefined)
      expect(await text('/a/x.txt')).toBe(isMove && all !== 'skip' ? undefined : '/a/x.txt')
      expect(job.result?.skipped).toBe(all === 'skip' ? 1 : 0)
      expect(await undo(page, job)).toMatchObject({ state: 'done', done: all === 'skip' ? 0 : 1 })
      expect([await text('/a/x.txt'), await text('/b/x.txt'), await text('/b/x (3).txt')]).toEqual([
        '/a/x.txt',
        '/b/x.txt',
        undefined,
      ])
    }
  })

  it('B3 single keys can have another choice than the rest', async () => {
    const { page, session } = await openSession(['/a/1', '/a/2', '/b/1', '/b/2'])
    const action: ManyAction = {
      type: 'transfer',
      selection: keys('/a/1', '/a/2'),
      to: { session, prefix: '/b' },
      isMove: true,
    }
    await act(page, session, action, { all: 'skip', each: { '/b/2': 'replace' } })
    const found = await page.call('store.list', { session, prefix: '/a' })
    expect(found.rows.map(row => row.name)).toEqual(['1'])
  })

  it('B4 copies between folders in one step, and between other stores key by key', async () => {
    const [one, two] = [await folderOf('a/b/1', 'a/b/2'), await folderOf('x')]
    const { host, page, session } = await openPlain(one)
    const { id: other } = await host.open({ type: 'folder', path: two })
    const to = { session: other, prefix: '/in/deep' }
    const job = await act(page, session, { type: 'transfer', selection: keys('/a'), to, isMove: false })
    expect(job).toMatchObject({ state: 'done', done: 2 })
    expect(await filesOf(two)).toEqual({ x: 'x', 'in/deep/a/b/1': 'a/b/1', 'in/deep/a/b/2': 'a/b/2' })
    await undo(page, job)
    expect(await filesOf(two)).toEqual({ x: 'x' })

    const document = { strata: 1, root: { kind: 'leveldb', path: await tempFolder() } }
    const { id: level } = await host.open({ type: 'document', document })
    const moved = await act(page, session, {
      type: 'transfer',
      selection: keys('/a'),
      to: { session: level, prefix: '/' },
      isMove: true,
    })
    expect(moved).toMatchObject({ state: 'done', done: 2 })
    expect(await filesOf(one)).toEqual({})
    const { bytes } = await page.call('store.get', { session: level, key: '/a/b/1' })
    expect(Buffer.from(bytes).toString()).toBe('a/b/1')
    await undo(page, moved)
    expect(await filesOf(one)).toEqual({ 'a/b/1': 'a/b/1', 'a/b/2': 'a/b/2' })
    expect((await page.call('store.list', { session: level, prefix: '/' })).rows).toEqual([])
  })

  it('B4 a move between folders moves the keys and leaves files that are not keys', async () => {
    const [one, two] = [await folderOf('a/1'), await folderOf('x')]
    await symlink('nowhere', join(one, 'a/link'))
    const { host, page, session } = await openPlain(one)
    const { id: other } = await host.open({ type: 'folder', path: two })
    const to = { session: other, prefix: '/' }
    await act(page, session, { type: 'transfer', selection: keys('/a'), to, isMove: true })
    expect(await filesOf(two)).toEqual({ x: 'x', 'a/1': 'a/1' })
    expect(await readdir(join(one, 'a'))).toEqual(['link'])
  })

  it('B6 renames by a pattern, branches with everything below them', async () => {
    const root = await folderOf('a1.txt', 'a2.txt', 'b.md', 'a.d/x')
    const { page, session } = await openPlain(root)
    const before = await filesOf(root)
    const job = await act(page, session, rename('a*.*', 'c*-*', '/a1.txt', '/a2.txt', '/b.md', '/a.d'))
    expect(Object.keys(await filesOf(root)).sort()).toEqual(['b.md', 'c-d/x', 'c1-txt', 'c2-txt'])
    await undo(page, job)
    expect(await filesOf(root)).toEqual(before)
  })

  it('B6 an invalid expression, or one that needs more than linear time, is refused', async () => {
    const { page, session } = await openSession(['/a'])
    for (const find of ['(', '(a)\\1']) {
      const action: ManyAction = {
        type: 'rename',
        selection: keys('/a'),
        pattern: { kind: 'regex', find, replace: 'x' },
      }
      expect(await run(page, session, { type: 'previewMany', action })).toMatchObject({
        state: 'failed',
        error: { code: 'BAD_INPUT' },
      })
    }
  })

  it('B7 duplicates beside the original, under an unused name', async () => {
    const { page, session } = await openSession(['/d/a.txt', '/d/a copy.txt', '/d/b/c'])
    const selection = keys('/d/a.txt', '/d/b')
    const job = await act(page, session, { type: 'duplicate', selection })
    const names = async () =>
      (await page.call('store.list', { session, prefix: '/d' })).rows.map(row => row.name)
    expect(await names()).toEqual(['a copy 2.txt', 'a copy.txt', 'a.txt', 'b', 'b copy'])
    await undo(page, job)
    expect(await names()).toEqual(['a copy.txt', 'a.txt', 'b'])
  })

  it('B8 the preview counts affected keys, and lists conflicts and problems first', async () => {
    const root = await folderOf('a/1', 'a/2', 'a/3', 'n/a/1', 'n/a/2')
    await symlink('nowhere', join(root, 'a/link'))
    await writeInto(root, 'n/a/1', 'a/1')
    await writeInto(root, 'n/a/2', 'longer than it was')
    const { page, session } = await openPlain(root)
    const before = await filesOf(root)
    const action: ManyAction = {
      type: 'transfer',
      selection: keys('/a'),
      to: { session, prefix: '/n' },
      isMove: true,
    }
    const { preview } = await run(page, session, { type: 'previewMany', action })
    expect(preview).toMatchObject({
      keys: 3,
      bytes: 9,
      conflicts: 2,
      hidden: 1,
      isWhole: true,
      canUndo: true,
    })
    expect(preview?.lines.slice(0, 2)).toMatchObject([
      { from: '/a/1', to: '/n/a/1', there: { difference: 'same' } },
      { from: '/a/2', to: '/n/a/2', there: { size: 18 } },
    ])
    expect(await filesOf(root)).toEqual(before)
    const renamed = await run(page, session, { type: 'previewMany', action: rename('*', 'x/y', '/a', '/n') })
    expect(renamed.preview).toMatchObject({ problems: 2, keys: 0 })
    const same = await run(page, session, { type: 'previewMany', action: rename('*', 'same', '/a', '/n') })
    expect(same.preview).toMatchObject({ problems: 1 })
  })

  it('B2 a branch cannot be moved into itself', async () => {
    const { page, session } = await openSession(['/a/b'])
    const to = { session, prefix: '/a/b' }
    const action: ManyAction = { type: 'transfer', selection: keys('/a'), to, isMove: true }
    expect(await act(page, session, action)).toMatchObject({ state: 'failed', error: { code: 'BAD_INPUT' } })
    expect((await run(page, session, { type: 'previewMany', action })).preview?.problems).toBe(1)
  })

  it('B5 an undo keeps later changes', async () => {
    const root = await folderOf('a/1', 'a/2')
    const { page, session } = await openPlain(root)
    const to = { session, prefix: '/b' }
    const job = await act(page, session, {
      type: 'transfer',
      selection: keys('/a/1', '/a/2'),
      to,
      isMove: false,
    })
    await writeFile(join(root, 'b/1'), 'changed')
    expect(await undo(page, job)).toMatchObject({ done: 1, result: { stayed: 1 } })
    expect(await filesOf(root)).toEqual({ 'a/1': 'a/1', 'a/2': 'a/2', 'b/1': 'changed' })
  })

  it('B9 a locked session refuses, and the job reports it', async () => {
    const root = await folderOf('a/1')
    const { page, session } = await openPlain(root)
    await page.call('sessions.setReadOnly', { session, isReadOnly: true })
    const job = await act(page, session, { type: 'delete', selection: keys('/a') })
    expect(job).toMatchObject({ state: 'failed', error: { code: 'READ_ONLY' } })
    expect(await filesOf(root)).toEqual({ 'a/1': 'a/1' })
  })

  it('B9 a cancelled action reports what it did, and can be undone', async () => {
    const all = Array.from({ length: 5000 }, (_, index) => `/a/${index}`)
    const { page, session, store } = await openSession(all)
    const to = { session, prefix: '/b' }
    const { id } = await page.call('jobs.start', {
      session,
      request: {
        type: 'many',
        action: { type: 'transfer', selection: keys('/a'), to, isMove: true },
        conflicts: { all: 'skip' },
      },
    })
    await expect
      .poll(() => page.eventsOf('jobChanged').findLast(job => job.id === id)?.done)
      .toBeGreaterThan(0)
    await page.call('jobs.cancel', { job: id })
    const job = await ended(page, id)
    expect(job.state).toBe('cancelled')
    expect(job.done).toBeLessThan(all.length)
    await undo(page, job)
    expect((await store.stats()).entries).toBe(all.length)
    expect((await page.call('store.list', { session, prefix: '/b' })).rows).toEqual([])
  })

  it('B5 data kept for an undo is deleted with its record', async () => {
    const root = await folderOf('a/1')
    const { host, page, session } = await openPlain(root)
    const job = await act(page, session, { type: 'delete', selection: keys('/a') })
    const [record = ''] = await readdir(join(host.dataDirectory, 'many'))
    await rm(join(host.dataDirectory, 'many', record), { recursive: true })
    expect(await undo(page, job)).toMatchObject({ state: 'failed', error: { code: 'NOT_FOUND' } })
  })
})

/** Puts wait while it is held. */
class HeldPuts extends MemoryDatastore {
  isHeld = false
  readonly held: (() => void)[] = []

  open(): void {
    this.isHeld = false
    for (const go of this.held.splice(0)) go()
  }

  override async put(...parameters: Parameters<MemoryDatastore['put']>) {
    if (this.isHeld) await new Promise<void>(resolve => this.held.push(resolve))
    return super.put(...parameters)
  }
}
