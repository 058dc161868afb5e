import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Source } from '../../../../src/shared/procedures/sessions.ts'
import { bytesOf, connect, openSession, type TestPage, tempFolder, testHost } from '../test-host.ts'

/** A host with a session over a real folder. */
async function openFolder(folder?: string, dataDirectory?: string) {
  const path = folder ?? (await tempFolder())
  const host = await testHost(dataDirectory === undefined ? {} : { dataDirectory })
  const page = await connect(host)
  const source: Source = { type: 'folder', path }
  const { id: session } = await page.call('sessions.open', { source })
  const put = (key: string, text: string) => page.call('store.put', { session, key, bytes: bytesOf(text) })
  const undo = (entry?: number) => page.call('history.undo', { session, entry })
  const redo = (entry?: number) => page.call('history.redo', { session, entry })
  const state = () => page.call('history.state', { session })
  const read = (name: string) => readFile(join(path, name), 'utf8').catch(() => undefined)
  return { host, page, path, session, put, undo, redo, state, read }
}

/** Puts files as one job. */
async function putFiles(page: TestPage, session: string, files: Record<string, string>) {
  const about = { session, prefix: '/branch', files: Object.keys(files).length }
  const { drop } = await page.call('files.open', about)
  for (const [key, text] of Object.entries(files))
    await page.call('files.put', { drop, key, bytes: bytesOf(text), replace: true })
  return page.call('files.close', { drop })
}

describe('the history of a session', () => {
  it('J2 a put, a delete and a rename are undone and redone in order', async () => {
    const { page, session, put, undo, redo, read, state } = await openFolder()
    await put('/a', 'one')
    await put('/a', 'two')
    await page.call('store.rename', { session, from: '/a', to: '/b' })
    await page.call('store.delete', { session, key: '/b' })
    expect((await state()).undo).toMatchObject({ title: 'delete of /b', key: '/b' })
    expect(await undo()).toMatchObject({ title: 'delete of /b', done: 1, skipped: 0 })
    expect(await read('b')).toBe('two')
    expect((await undo()).title).toBe('rename of /a to /b')
    expect([await read('a'), await read('b')]).toEqual(['two', undefined])
    await undo()
    expect(await read('a')).toBe('one')
    await undo()
    expect(await read('a')).toBeUndefined()
    await expect(undo()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    for (let step = 0; step < 3; step++) await redo()
    expect([await read('a'), await read('b')]).toEqual([undefined, 'two'])
    expect((await state()).redo?.title).toBe('delete of /b')
    await put('/c', 'new')
    expect((await state()).redo).toBeUndefined()
  })

  it('J2 the answer to a write names the entry that undoes it', async () => {
    const { put, undo, read } = await openFolder()
    const { entry } = await put('/a', 'one')
    await put('/b', 'two')
    await undo(entry)
    expect([await read('a'), await read('b')]).toEqual([undefined, 'two'])
  })

  it('J2 changes can be undone after a restart of the host', async () => {
    const first = await openFolder()
    await first.put('/a', 'one')
    await first.put('/a', 'two')
    await first.undo()
    await first.host.close()
    const second = await openFolder(first.path, first.host.dataDirectory)
    expect(await second.state()).toMatchObject({
      isOn: true,
      isLasting: true,
      undo: { title: 'put of /a' },
      redo: { title: 'put of /a' },
    })
    await second.redo()
    expect(await second.read('a')).toBe('two')
    await second.undo()
    await second.undo()
    expect(await second.read('a')).toBeUndefined()
  })

  it('J2 an undo is refused if the key was changed by others, and is then skipped', async () => {
    const { path, put, undo, read } = await openFolder()
    await put('/other', 'before')
    await put('/a', 'one')
    await writeFile(join(path, 'a'), 'theirs')
    await expect(undo()).rejects.toMatchObject({
      code: 'CONFLICT',
      key: '/a',
      message: expect.stringContaining('changed since') as string,
    })
    expect(await read('a')).toBe('theirs')
    expect((await undo()).title).toBe('put of /other')
  })

  it('J2 uploads and jobs are recorded too', async () => {
    const { page, session, put, undo, read } = await openFolder()
    const { upload } = await page.call('uploads.open', { session, key: '/big' })
    await page.call('uploads.write', { upload, bytes: bytesOf('sent ') })
    await page.call('uploads.write', { upload, bytes: bytesOf('in pieces') })
    const { entry } = await page.call('uploads.commit', { upload })
    expect(await read('big')).toBe('sent in pieces')
    await undo(entry)
    expect(await read('big')).toBeUndefined()
    await put('/branch/x', 'before')
    const job = await putFiles(page, session, { '/branch/x': 'x', '/branch/y': 'y', '/branch/z': 'z' })
    expect([await read('branch/x'), await read('branch/z')]).toEqual(['x', 'z'])
    const undone = { title: 'put 3 files into /branch', done: 3, skipped: 0 }
    expect(await undo(job.entry)).toMatchObject(undone)
    expect([await read('branch/x'), await read('branch/z')]).toEqual(['before', undefined])
  })

  it('J2 undoing a job keeps and reports keys that were changed since', async () => {
    const { page, session, path, undo, redo, read } = await openFolder()
    await putFiles(page, session, { '/branch/x': 'x', '/branch/y': 'y' })
    await writeFile(join(path, 'branch', 'y'), 'theirs, longer')
    expect(await undo()).toMatchObject({ done: 1, skipped: 1, examples: ['/branch/y'] })
    expect([await read('branch/x'), await read('branch/y')]).toEqual([undefined, 'theirs, longer'])
    expect(await redo()).toMatchObject({ done: 1, skipped: 1 })
    expect([await read('branch/x'), await read('branch/y')]).toEqual(['x', 'theirs, longer'])
  })

  it('J2 a locked session refuses an undo', async () => {
    const { page, session, put, undo, read } = await openFolder()
    await put('/a', 'one')
    await page.call('sessions.setReadOnly', { session, isReadOnly: true })
    await expect(undo()).rejects.toMatchObject({ code: 'READ_ONLY' })
    await expect(put('/a', 'two')).rejects.toMatchObject({ code: 'READ_ONLY' })
    await page.call('sessions.setReadOnly', { session, isReadOnly: false })
    await undo()
    expect(await read('a')).toBeUndefined()
  })

  it('J2 a second host on the data directory keeps a history of its own', async () => {
    const first = await openFolder()
    await first.put('/a', 'one')
    const second = await openFolder(first.path, first.host.dataDirectory)
    const state = await second.state()
    expect([state.isOn, state.isLasting]).toEqual([true, false])
    expect(state.reason).toContain('Another Strata')
    await second.put('/a', 'two')
    await expect(first.undo()).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await second.read('a')).toBe('two')
    await second.undo()
    expect(await second.read('a')).toBe('one')
  })

  it('J2 two sessions over one folder do not undo writes of each other', async () => {
    const { host, page, path, put, undo, read } = await openFolder()
    const document = { strata: 1, root: { kind: 'fs', path, layout: 'plain' } }
    const other = await page.call('sessions.open', { source: { type: 'document', document } })
    await put('/a', 'one')
    await page.call('store.put', { session: other.id, key: '/a', bytes: bytesOf('two') })
    await expect(undo()).rejects.toMatchObject({ code: 'CONFLICT' })
    await page.call('history.undo', { session: other.id })
    expect(await read('a')).toBe('one')
    expect(host.logged).toEqual([])
  })

  it('J2 an entry is undone only in a stack with its data in the same place', async () => {
    const { page, session, path, put, undo, read } = await openFolder()
    await put('/a', 'one')
    const root = { kind: 'fs', id: 'folder', path, layout: 'plain' }
    const cached = { strata: 1, root: { kind: 'cache', store: root } }
    await page.call('sessions.apply', { session, document: cached })
    await undo()
    expect(await read('a')).toBeUndefined()
    await put('/a', 'two')
    await page.call('store.delete', { session, key: '/a' })
    const elsewhere = await tempFolder()
    const moved = { strata: 1, root: { ...root, path: elsewhere } }
    await page.call('sessions.apply', { session, document: moved, decisions: { keepStale: true } })
    await expect(undo()).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('the stack was edited since') as string,
    })
    expect(await readdir(elsewhere)).toEqual([])
  })

  it('J7 turning the history off clears it, also for the next start', async () => {
    const first = await openFolder()
    await first.put('/a', 'one')
    const journals = join(first.host.dataDirectory, 'journals')
    const folders = async () =>
      (await readdir(journals, { withFileTypes: true })).filter(entry => entry.isDirectory())
    expect((await first.state()).bytes).toBeGreaterThan(0)
    expect(await folders()).toHaveLength(1)
    const off = await first.page.call('history.setOn', { session: first.session, isOn: false })
    expect(off).toMatchObject({ isOn: false, bytes: 0 })
    expect(await folders()).toEqual([])
    expect((await first.put('/b', 'two')).entry).toBeUndefined()
    await expect(first.undo()).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await first.host.close()
    const second = await openFolder(first.path, first.host.dataDirectory)
    expect((await second.state()).isOn).toBe(false)
    await second.page.call('history.setOn', { session: second.session, isOn: true })
    await second.put('/c', 'three')
    expect((await second.state()).undo?.title).toBe('put of /c')
  })

  it('J7 forgetting a stack deletes its history at the next start', async () => {
    const first = await openFolder()
    await first.put('/a', 'one')
    const { recents } = await first.page.call('workspace.get', {})
    await first.page.call('workspace.forgetRecent', { id: recents[0]!.id })
    const journals = join(first.host.dataDirectory, 'journals')
    expect(await readdir(journals)).not.toEqual([])
    await first.host.close()
    const second = await testHost({ dataDirectory: first.host.dataDirectory })
    await second.close()
    expect(await readdir(journals)).toEqual([])
  })

  it.each([
    ['that was killed before its stack was saved', '{"strata":"workspace","version":1}'],
    ['whose workspace cannot be read', 'not a workspace'],
  ])('J7 keeps the history of a host %s', async (_, workspace) => {
    const first = await openFolder()
    await first.put('/a', 'one')
    await first.host.close()
    const path = join(first.host.dataDirectory, 'workspace.json')
    await writeFile(path, workspace)
    await utimes(path, 1_000_000_000, 1_000_000_000)
    const second = await openFolder(first.path, first.host.dataDirectory)
    expect((await second.state()).undo?.title).toBe('put of /a')
  })

  it('J2 a damaged history is set aside, and a truncated one loses only its end', async () => {
    const first = await openFolder()
    await first.put('/a', 'one')
    await first.put('/b', 'two')
    await first.host.close()
    const journals = join(first.host.dataDirectory, 'journals')
    const folder = (await readdir(journals)).find(name => !name.endsWith('.json'))!
    const [segment] = (await readdir(join(journals, folder))).filter(name => name.endsWith('.journal'))
    const path = join(journals, folder, segment!)
    const bytes = await readFile(path)
    await writeFile(path, Buffer.concat([bytes, Buffer.from([200, 0, 0, 0, 1, 2, 3])]))
    const second = await openFolder(first.path, first.host.dataDirectory)
    expect((await second.state()).undo?.title).toBe('put of /b')
    await second.put('/c', 'three')
    await second.host.close()
    await writeFile(path, Buffer.concat([bytes.subarray(0, 7), Buffer.from('9'), bytes.subarray(8)]))
    const third = await openFolder(first.path, first.host.dataDirectory)
    expect(await third.state()).toMatchObject({ isOn: true, isLasting: true })
    expect((await third.state()).undo).toBeUndefined()
    await third.put('/d', 'four')
    expect((await third.state()).undo?.title).toBe('put of /d')
    expect((await stat(join(journals, `${folder}.broken`))).isDirectory()).toBe(true)
  })

  it('J6 a write that cannot be recorded is refused once, then recording is off and the reason is reported', async () => {
    const { host, page, session, put, read, state } = await openFolder()
    await put('/a', 'one')
    const journals = join(host.dataDirectory, 'journals')
    await rm(journals, { recursive: true })
    await writeFile(journals, 'in the way')
    await expect(page.call('store.delete', { session, key: '/a' })).rejects.toMatchObject({
      message: expect.stringContaining('the journal did not take it') as string,
    })
    expect(await read('a')).toBe('one')
    expect(await state()).toMatchObject({
      isOn: false,
      reason: expect.stringContaining('not recorded') as string,
    })
    await put('/a', 'two')
    expect(await read('a')).toBe('two')
    await rm(journals)
    await mkdir(journals)
    await page.call('history.setOn', { session, isOn: true })
    await put('/a', 'three')
    expect(await state()).toMatchObject({ isOn: true, undo: { title: 'put of /a' } })
  })

  it('J2 a value above the limit is not recorded, and the limit is reported beforehand', async () => {
    const { page, session, put, undo, read, state } = await openFolder()
    const { maxValueBytes } = await state()
    await put('/small', 'kept')
    const large = new Uint8Array(maxValueBytes + 1)
    const answer = await page.call('store.put', { session, key: '/large', bytes: large })
    expect(answer.entry).toBeUndefined()
    const { upload } = await page.call('uploads.open', { session, key: '/larger' })
    for (let piece = 0; piece < 3; piece++) await page.call('uploads.write', { upload, bytes: large })
    expect((await page.call('uploads.commit', { upload })).entry).toBeUndefined()
    expect((await read('larger'))?.length).toBe(3 * large.length)
    expect((await undo()).title).toBe('put of /small')
    const { versions } = await page.call('history.versions', { session, key: '/large' })
    expect(versions).toMatchObject([{ state: 'too-large', source: 'put' }])
  })
})

describe('the versions of a key', () => {
  it('J2 are listed latest first, including those by others, and can be read and restored', async () => {
    const { page, session, path, put, read, undo } = await openFolder()
    const at = { session, key: '/a' }
    await put('/a', 'one')
    await put('/a', 'second')
    await writeFile(join(path, 'a'), 'theirs, longer')
    await put('/a', 'four')
    await page.call('store.delete', at)
    const { versions } = await page.call('history.versions', at)
    expect(versions.map(({ source, size, state }) => [source, size ?? state])).toEqual([
      ['delete', 'absent'],
      ['put', 4],
      ['found', 14],
      ['put', 6],
      ['put', 3],
    ])
    const value = async (index: number) => {
      const { bytes } = await page.call('history.version', { ...at, id: versions[index]!.id })
      return Buffer.from(bytes).toString()
    }
    expect([await value(1), await value(2), await value(4)]).toEqual(['four', 'theirs, longer', 'one'])
    await expect(value(0)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await page.call('history.restore', { ...at, id: versions[2]!.id })
    expect(await read('a')).toBe('theirs, longer')
    const restore = { ...at, id: versions[4]!.id }
    await expect(page.call('history.restore', restore)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    await expect(page.call('history.restore', { ...restore, ifMatch: 'other' })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    const { etag } = await page.call('store.stat', at)
    await page.call('history.restore', { ...restore, ifMatch: etag })
    expect(await read('a')).toBe('one')
    await undo()
    expect(await read('a')).toBe('theirs, longer')
  })

  it('J2 name the job that made them', async () => {
    const { page, session } = await openSession(['/branch/x'])
    await putFiles(page, session, { '/branch/x': 'theirs' })
    const { versions } = await page.call('history.versions', { session, key: '/branch/x' })
    expect(versions.map(({ source, job }) => [source, job])).toEqual([
      ['put', 'put 1 file into /branch'],
      ['found', undefined],
    ])
  })
})
