import { mkdir, readdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { FsDatastore } from '../../../src/core/node/fs/fs-datastore.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import type { SessionInfo } from '../../../src/shared/procedures/sessions.ts'
import { TRANSPORT_NAMES } from './channels.ts'
import {
  byItsCalls,
  bytesOf,
  connect,
  eventually,
  openSession,
  tempFolder,
  testHost,
  textOf,
} from './test-host.ts'

const MEMORY = { strata: 1, name: 'Memory', root: { kind: 'memory' } }

async function stackFile(document: unknown): Promise<string> {
  const path = join(await tempFolder(), 'test.stack.json')
  await writeFile(path, JSON.stringify(document))
  return path
}

async function pageAndHost() {
  const host = await testHost()
  return { host, page: await connect(host) }
}

function nested(depth: number): unknown {
  return depth === 1 ? { kind: 'memory' } : { kind: 'tiered', tiers: [nested(depth - 1)] }
}

describe('a stack that some layers cannot carry', () => {
  it('H2 a stack as deep as the core allows is listed beside others, over both transports', async () => {
    const { host } = await pageAndHost()
    const other = await host.open({ type: 'document', document: MEMORY })
    const deep = await host.open({
      type: 'stackFile',
      path: await stackFile({ strata: 1, root: nested(64) }),
    })
    for (const transport of TRANSPORT_NAMES) {
      const page = await connect(host, transport)
      const { sessions } = await page.call('sessions.list', {})
      expect(sessions.map(({ id }) => id)).toEqual([other.id, deep.id])
    }
    expect(host.logged).toEqual([])
  })

  it('H2 a mount named "__proto__" is refused, whether opened or applied', async () => {
    const { page, host } = await pageAndHost()
    const text = '{"strata":1,"root":{"kind":"mount","mounts":{"__proto__":{"kind":"memory"}}}}'
    const path = join(await tempFolder(), 'x.stack.json')
    await writeFile(path, text)
    const refused = { code: 'CONFIG_INVALID', path: 'root.mounts["__proto__"]' }
    await expect(page.call('sessions.open', { source: { type: 'stackFile', path } })).rejects.toMatchObject(
      refused,
    )
    const { id } = await host.open({ type: 'document', document: MEMORY })
    const document: unknown = JSON.parse(text)
    await expect(page.call('sessions.apply', { session: id, document })).rejects.toMatchObject(refused)
    expect((await page.call('sessions.list', {})).sessions).toMatchObject([{ id, name: 'Memory' }])
  })

  it('H2 a document too large to be listed is refused, whether opened or applied', async () => {
    const { page, host } = await pageAndHost()
    const large = { strata: 1, root: { kind: 'memory', label: 'x'.repeat(600_000) } }
    const source = { type: 'stackFile', path: await stackFile(large) } as const
    await expect(page.call('sessions.open', { source })).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    const { id } = await host.open({ type: 'document', document: MEMORY })
    const applied = page.call('sessions.apply', { session: id, document: large })
    await expect(applied).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await page.call('store.put', { session: id, key: '/a', bytes: bytesOf('x') })
    expect((await page.call('sessions.list', {})).sessions).toMatchObject([{ id, name: 'Memory' }])
  })
})

describe('sessions.open', () => {
  it('a folder without a marker shows its files unchanged', async () => {
    const { page } = await pageAndHost()
    const path = await tempFolder()
    await mkdir(join(path, 'sub'))
    await writeFile(join(path, 'sub', 'file.txt'), 'hello')
    const info = await page.call('sessions.open', { source: { type: 'folder', path } })
    expect(info).toMatchObject({ source: { type: 'folder', path }, isReadOnly: false, isWritable: true })
    expect(info.nodes).toMatchObject([{ kind: 'fs', path: 'root', depth: 0 }])
    const { bytes } = await page.call('store.get', { session: info.id, key: '/sub/file.txt' })
    expect(textOf(bytes)).toBe('hello')
    await page.call('sessions.close', { session: info.id })
    expect(await readdir(path)).toEqual(['sub'])
  })

  it('F7 a folder that a store created opens in its own layout', async () => {
    const { page } = await pageAndHost()
    const path = await tempFolder()
    const store = await FsDatastore.open(path, { layout: 'strata' })
    await store.put(Key.parse('/Ä/b?'), bytesOf('x'))
    await store.close()
    const { id } = await page.call('sessions.open', { source: { type: 'folder', path } })
    expect(await page.call('store.has', { session: id, key: '/Ä/b?' })).toEqual({ exists: true })
  })

  it('opening the same folder again returns the open session, by any path', async () => {
    const { page } = await pageAndHost()
    const path = await tempFolder()
    const link = join(await tempFolder(), 'link')
    await symlink(path, link)
    const opened = await Promise.all([
      page.call('sessions.open', { source: { type: 'folder', path } }),
      page.call('sessions.open', { source: { type: 'folder', path } }),
      page.call('sessions.open', { source: { type: 'folder', path: `${path}/.` } }),
      page.call('sessions.open', { source: { type: 'folder', path: link } }),
    ])
    expect(new Set(opened.map(info => info.id)).size).toBe(1)
    expect((await page.call('sessions.list', {})).sessions).toHaveLength(1)
    await page.call('sessions.close', { session: opened[0].id })
    const again = await page.call('sessions.open', { source: { type: 'folder', path } })
    expect(again.id).not.toBe(opened[0].id)
  })

  it('a stack file opens with paths relative to itself, and only once', async () => {
    const { page } = await pageAndHost()
    const path = await stackFile({
      strata: 1,
      root: { kind: 'tiered', tiers: [{ kind: 'memory' }, { kind: 'fs', path: 'data' }] },
    })
    const info = await page.call('sessions.open', { source: { type: 'stackFile', path } })
    expect(info.name).toBe('test')
    expect(info.nodes.map(node => [node.path, node.kind])).toEqual([
      ['root', 'tiered'],
      ['root.tiers[0]', 'memory'],
      ['root.tiers[1]', 'fs'],
    ])
    await page.call('store.put', { session: info.id, key: '/a', bytes: bytesOf('x') })
    expect(await readdir(join(path, '..'))).toContain('data')
    const again = await page.call('sessions.open', { source: { type: 'stackFile', path } })
    expect(again.id).toBe(info.id)
  })

  it('documents each open a session of their own', async () => {
    const { page } = await pageAndHost()
    const open = () => page.call('sessions.open', { source: { type: 'document', document: MEMORY } })
    const [one, two] = [await open(), await open()]
    expect(one.id).not.toBe(two.id)
    await page.call('store.put', { session: one.id, key: '/a', bytes: bytesOf('x') })
    expect(await page.call('store.has', { session: two.id, key: '/a' })).toEqual({ exists: false })
  })

  it('the lock is remembered for the next time', async () => {
    const dataDirectory = await tempFolder()
    const path = await tempFolder()
    const first = await testHost({ dataDirectory })
    const { id } = await first.open({ type: 'folder', path })
    const page = await connect(first)
    await page.call('sessions.setReadOnly', { session: id, isReadOnly: true })
    await first.close()
    const second = await testHost({ dataDirectory })
    expect((await second.open({ type: 'folder', path })).isReadOnly).toBe(true)
    await second.close()
    const third = await testHost({ dataDirectory })
    expect((await third.open({ type: 'folder', path }, { isReadOnly: false })).isReadOnly).toBe(false)
  })

  it('reports what is wrong with a source that cannot be opened', async () => {
    const { page } = await pageAndHost()
    const folder = await tempFolder()
    const open = (source: object) => page.call('sessions.open', { source: source as never })
    const nowhere = open({ type: 'folder', path: join(folder, 'nowhere') })
    await expect(nowhere).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await writeFile(join(folder, 'file'), 'x')
    const file = open({ type: 'folder', path: join(folder, 'file') })
    await expect(file).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    const other = open({ type: 'stackFile', path: join(folder, 'file') })
    await expect(other).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await writeFile(join(folder, 'broken.stack.json'), '{ "strata": 1, }')
    const broken = open({ type: 'stackFile', path: join(folder, 'broken.stack.json') })
    await expect(broken).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('at character 15') as string,
    })
    const root = { kind: 'tiered', tiers: [{ kind: 'memory' }, { kind: 'fs', path: '/', layout: 'no' }] }
    const invalid = open({ type: 'document', document: { strata: 1, root } })
    await expect(invalid).rejects.toMatchObject({ code: 'CONFIG_INVALID', path: 'root.tiers[1].layout' })
    expect((await page.call('sessions.list', {})).sessions).toEqual([])
  })

  it.each([
    ['a cycle', () => Object.assign({ ...MEMORY }, { self: cycle() })],
    ['a map', () => ({ ...MEMORY, root: new Map([['kind', 'memory']]) })],
    ['a date', () => ({ ...MEMORY, name: new Date(0) })],
    ['a big integer', () => ({ ...MEMORY, strata: 1n })],
    ['infinity', () => ({ ...MEMORY, strata: Number.POSITIVE_INFINITY })],
    ['bytes', () => ({ ...MEMORY, root: new Uint8Array(3) })],
    [
      'a nesting depth of a thousand',
      () => Array.from({ length: 1000 }).reduce<unknown>(inner => [inner], 1),
    ],
  ])('refuses a document with %s', async (_what, make) => {
    const { page } = await pageAndHost()
    const call = page.call('sessions.open', { source: { type: 'document', document: make() } })
    await expect(call).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  function cycle(): unknown {
    const self: { self?: unknown } = {}
    self.self = self
    return self
  }

  it('sessionsChanged sends the open sessions to every page', async () => {
    const { host, page } = await pageAndHost()
    const other = await connect(host)
    const { id } = await page.call('sessions.open', { source: { type: 'document', document: MEMORY } })
    await eventually(() => other.eventsOf('sessionsChanged').at(-1)?.sessions[0]?.id === id)
    await page.call('sessions.close', { session: id })
    await eventually(() => other.eventsOf('sessionsChanged').at(-1)?.sessions.length === 0)
    const gone = page.call('store.has', { session: id, key: '/a' })
    await expect(gone).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('opening too many sessions is refused, and closing one makes room', async () => {
    const { page } = await pageAndHost()
    const open = () => page.call('sessions.open', { source: { type: 'document', document: MEMORY } })
    const opened: SessionInfo[] = []
    for (let count = 0; count < 100; count++) opened.push(await open())
    await expect(open()).rejects.toMatchObject({ code: 'CONFLICT' })
    await page.call('sessions.close', { session: opened[0]!.id })
    await open()
  })
})

describe('sessions.plan', () => {
  it('X6 reports what a change would do to the running document, without applying it', async () => {
    const { page } = await pageAndHost()
    const { id: session, document: running } = await page.call('sessions.open', {
      source: { type: 'document', document: MEMORY },
    })
    await page.call('store.put', { session, key: '/a', bytes: bytesOf('kept') })
    const document = { strata: 1, root: { kind: 'null', id: 'nothing' } }
    const plan = await page.call('sessions.plan', { session, document })
    expect(plan).toMatchObject({ running, document })
    expect(plan.nodes.map(({ kind, fate }) => [kind, fate])).toEqual([
      ['null', 'new'],
      ['memory', 'gone'],
    ])
    expect(plan.lost).toMatchObject([{ kind: 'memory', path: 'root', entries: 1 }])
    const { bytes } = await page.call('store.get', { session, key: '/a' })
    expect(textOf(bytes)).toBe('kept')
  })

  it('X6 reports the position of errors in a document', async () => {
    const { page, session } = await openSession([])
    const plan = page.call('sessions.plan', { session, document: { strata: 1, root: { kind: 'memroy' } } })
    await expect(plan).rejects.toMatchObject({ code: 'CONFIG_INVALID', path: 'root.kind' })
  })
})

describe('sessions.apply', () => {
  it('X8 replaces the stack under a running session', async () => {
    const { page } = await pageAndHost()
    const folder = await tempFolder()
    const fs = { kind: 'fs', id: 'files', path: folder, layout: 'plain' }
    await writeFile(join(folder, 'a'), 'on disk')
    const { id } = await page.call('sessions.open', { source: { type: 'folder', path: folder } })
    const document = { strata: 1, name: 'Cached', root: { kind: 'tiered', tiers: [{ kind: 'memory' }, fs] } }
    const info = await page.call('sessions.apply', { session: id, document })
    expect(info).toMatchObject({ id, name: 'Cached', source: { type: 'document' } })
    expect(info.nodes.map(node => node.kind)).toEqual(['tiered', 'memory', 'fs'])
    const { bytes } = await page.call('store.get', { session: id, key: '/a' })
    expect(textOf(bytes)).toBe('on disk')
    await eventually(() => page.eventsOf('sessionsChanged').at(-1)?.sessions[0]?.name === 'Cached')
  })

  it('X10 on failure the old stack stays in use, and the error has the position', async () => {
    const { page, host } = await pageAndHost()
    const { id } = await page.call('sessions.open', { source: { type: 'document', document: MEMORY } })
    await page.call('store.put', { session: id, key: '/a', bytes: bytesOf('kept') })
    const before = (await page.call('sessions.list', {})).sessions
    const missing = join(await tempFolder(), 'missing')
    const failing = {
      strata: 1,
      root: { kind: 'tiered', tiers: [{ kind: 'memory' }, { kind: 'fs', path: missing, layout: 'plain' }] },
    }
    const apply = page.call('sessions.apply', {
      session: id,
      document: failing,
      decisions: { discard: true },
    })
    await expect(apply).rejects.toMatchObject({ code: 'CONFIG_INVALID', path: 'root.tiers[1].path' })
    const nonsense = page.call('sessions.apply', { session: id, document: 'nonsense' })
    await expect(nonsense).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect((await page.call('sessions.list', {})).sessions).toEqual(before)
    const { bytes } = await page.call('store.get', { session: id, key: '/a' })
    expect(textOf(bytes)).toBe('kept')
    await page.call('store.put', { session: id, key: '/b', bytes: bytesOf('still writable') })
    expect(host.logged).toEqual([])
  })

  it('X16 an open stream ends with CLOSED, and the old stack is closed', async () => {
    const old = new ClosingStore()
    await old.put(Key.of('a'), new Uint8Array(200_000).fill(1))
    const { page, session } = await openSession(old)
    const { stream } = await page.call('streams.open', { session, key: '/a' })
    const first = await page.call('streams.next', { stream, maxBytes: 1000 })
    await page.call('sessions.apply', { session, document: MEMORY, decisions: { discard: true } })
    expect(await page.call('store.has', { session, key: '/a' })).toEqual({ exists: false })
    expect(old.isClosed).toBe(true)
    await expect(page.call('streams.next', { stream })).rejects.toMatchObject({ code: 'CLOSED' })
    expect(first.bytes.every(byte => byte === 1)).toBe(true)
  })

  it('the lock is kept', async () => {
    const { page, session } = await openSession([])
    await page.call('sessions.setReadOnly', { session, isReadOnly: true })
    const info = await page.call('sessions.apply', { session, document: MEMORY })
    expect(info).toMatchObject({ isReadOnly: true, isWritable: true })
    const put = page.call('store.put', { session, key: '/a', bytes: bytesOf('x') })
    await expect(put).rejects.toMatchObject({ code: 'READ_ONLY' })
  })

  it('levels and open values are notified that anything may have changed', async () => {
    const { page, session } = await openSession(['/a'])
    const before = await page.call('levels.rows', { session, prefix: '/', offset: 0, limit: 9 })
    await page.call('sessions.apply', { session, document: MEMORY, decisions: { discard: true } })
    const after = await page.call('levels.rows', { session, prefix: '/', offset: 0, limit: 9 })
    expect(after.rows).toEqual([])
    expect(after.version).toBeGreaterThan(before.version)
    await eventually(() => page.eventsOf('valueChanged').some(change => change.isDeep === true))
    expect(page.eventsOf('valueChanged')).toContainEqual({ session, key: '/', type: 'put', isDeep: true })
  })

  it('an edited stack of a file still belongs to that file; one of a folder does not', async () => {
    const { page } = await pageAndHost()
    const path = await stackFile(MEMORY)
    const ofFile = await page.call('sessions.open', { source: { type: 'stackFile', path } })
    const applied = await page.call('sessions.apply', { session: ofFile.id, document: MEMORY })
    expect(applied.source).toMatchObject({ type: 'document', path })
    const again = await page.call('sessions.open', { source: { type: 'stackFile', path } })
    expect(again.id).toBe(ofFile.id)
    const folder = await tempFolder()
    const ofFolder = await page.call('sessions.open', { source: { type: 'folder', path: folder } })
    await page.call('sessions.apply', { session: ofFolder.id, document: MEMORY })
    const fresh = await page.call('sessions.open', { source: { type: 'folder', path: folder } })
    expect(fresh.id).not.toBe(ofFolder.id)
  })

  it('several at once are applied one after another', async () => {
    const { page, session } = await openSession([])
    const names = ['one', 'two', 'three', 'four']
    const applied = await Promise.all(
      names.map(name => page.call('sessions.apply', { session, document: { ...MEMORY, name } })),
    )
    expect(applied.map(info => info.name)).toEqual(names)
    expect((await page.call('sessions.list', {})).sessions[0]?.name).toBe('four')
  })
})

describe('the host', () => {
  it('shows the requested session first while it is open', async () => {
    const { host, page } = await pageAndHost()
    const { id } = await host.open({ type: 'document', document: MEMORY })
    host.show(id)
    await eventually(() => page.eventsOf('sessionShown').at(-1)?.session === id)
    expect((await page.call('shell.hello', { version: 1 })).session).toBe(id)
    await page.call('sessions.close', { session: id })
    expect((await page.call('shell.hello', { version: 1 })).session).toBeUndefined()
  })

  it('close ends pages and closes every store, once', async () => {
    const host = await testHost()
    const store = new ClosingStore()
    const { id } = await host.openStore('Given', byItsCalls(store))
    const page = await connect(host)
    let isLost = false
    page.onLost(() => {
      isLost = true
    })
    await Promise.all([host.close(), host.close()])
    expect(store.isClosed).toBe(true)
    await eventually(() => isLost)
    await expect(page.call('store.has', { session: id, key: '/a' })).rejects.toThrow()
    expect(host.logged).toEqual([])
  })

  it('a store that cannot be closed is logged, and the others are still closed', async () => {
    const host = await testHost()
    class Broken extends MemoryDatastore {
      override close = () => Promise.reject(new Error('it will not close'))
    }
    const store = new ClosingStore()
    await host.openStore('Broken', byItsCalls(new Broken()))
    await host.openStore('Given', byItsCalls(store))
    await host.close()
    expect(store.isClosed).toBe(true)
    expect(host.logged).toMatchObject([{ message: 'A session could not be closed' }])
  })

  it('writes nothing below folders that it only shows', async () => {
    const { host } = await pageAndHost()
    const path = await realpath(await tempFolder())
    await writeFile(join(path, 'a'), 'x')
    await host.open({ type: 'folder', path }, { isReadOnly: true })
    await host.close()
    expect(await readdir(path)).toEqual(['a'])
    expect(await readFile(join(path, 'a'), 'utf8')).toBe('x')
  })
})

class ClosingStore extends MemoryDatastore {
  isClosed = false

  override async close(): Promise<void> {
    await super.close()
    this.isClosed = true
  }
}
