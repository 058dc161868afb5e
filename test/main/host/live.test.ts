import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, it } from 'vitest'
import { MINIMAL } from '../../../src/core/capabilities.ts'
import { orAbort } from '../../../src/core/concurrency/abortable.ts'
import type { Change } from '../../../src/core/datastore.ts'
import { DatastoreError } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { FsDatastore } from '../../../src/core/node/fs/fs-datastore.ts'
import type { Call } from '../../../src/core/open/call.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { Payload } from '../../../src/core/open/payload.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { OwnWrites } from '../../../src/main/host/live/own-writes.ts'
import { MapStore } from '../../core/open/map-store.ts'
import {
  bytesOf,
  connect,
  eventually,
  openSession,
  type TestPage,
  tempFolder,
  testHost,
} from './test-host.ts'

interface Opened {
  readonly root: string
  readonly page: TestPage
  readonly session: string
  readonly at: (...names: string[]) => string
  readonly names: (prefix: string) => Promise<string[]>
}

/** A plain folder with two values, open in a page that shows its root. */
async function opened(root?: string): Promise<Opened> {
  const folder = root ?? (await tempFolder())
  const at = (...names: string[]): string => join(folder, ...names)
  writeFileSync(at('a'), 'old')
  mkdirSync(at('b'), { recursive: true })
  writeFileSync(at('b', 'c'), 'old')
  const host = await testHost()
  const page = await connect(host)
  const { id: session } = await page.call('sessions.open', {
    source: { type: 'folder', path: folder },
  })
  const names = async (prefix: string): Promise<string[]> => {
    const { rows } = await page.call('levels.rows', { session, prefix, offset: 0, limit: 1000 })
    return rows.map(({ name, isBranch }) => (isBranch ? `${name}/` : name))
  }
  await names('/')
  return { root: folder, page, session, at, names }
}

/** Waits until `look` returns this. */
async function until<T>(look: () => T | Promise<T>, expected: T): Promise<void> {
  await eventually(async () => isDeepStrictEqual(await look(), expected))
}

const changesOf = (page: TestPage): string[] =>
  page.eventsOf('valueChanged').map(({ key, isDeep }) => (isDeep === true ? `${key}/…` : key))

it('J3 rows follow writes and deletes of other programs on a visible level', async () => {
  const { at, names } = await opened()
  writeFileSync(at('new'), 'theirs')
  await until(() => names('/'), ['a', 'b/', 'new'])
  rmSync(at('a'))
  await until(() => names('/'), ['b/', 'new'])
  mkdirSync(at('d'))
  await until(() => names('/'), ['b/', 'd/', 'new'])
})

it('J3 a branch that others replace is listed again, including below it', async () => {
  const { at, names, root } = await opened()
  expect(await names('/b')).toEqual(['c'])
  const away = `${root}-away`
  mkdirSync(away)
  writeFileSync(join(away, 'other'), 'theirs')
  renameSync(at('b'), `${away}/former`)
  renameSync(away, at('b'))
  await until(() => names('/b'), ['former/', 'other'])
  rmSync(at('b'), { recursive: true })
  await until(() => names('/'), ['a'])
})

it('J3 a value that a page has read is reported when others change it, on a level that is not visible', async () => {
  const { at, page, session } = await opened()
  await page.call('store.get', { session, key: '/b/c' })
  writeFileSync(at('b', 'c'), 'theirs, and longer')
  await eventually(() => changesOf(page).includes('/b/c'))
})

it('J3 rows show the new size when others change a value', async () => {
  const { at, page, session } = await opened()
  const sizeOf = async (): Promise<number | undefined> => {
    const range = { offset: 0, limit: 10, withSizes: true }
    const { rows } = await page.call('levels.rows', { session, prefix: '/', ...range })
    return rows.find(({ name }) => name === 'a')?.size
  }
  expect(await sizeOf()).toBe(3)
  writeFileSync(at('a'), 'twelve bytes')
  await until(() => sizeOf(), 12)
})

it('J33 a reported write of our own is not checked again, but a write of others just after it is', async () => {
  const { at, page, session } = await opened()
  await page.call('store.put', { session, key: '/a', bytes: bytesOf('mine') })
  writeFileSync(at('a'), 'theirs')
  await eventually(() => changesOf(page).filter(key => key === '/a').length > 1)
})

it('J33 many writes of our own are checked once more as one branch', async () => {
  const keys = Array.from({ length: 700 }, (_, index) => Key.of('b', `k${index}`))
  const seen = await new Promise<string>(resolve => {
    const own = new OwnWrites({
      recheck: key => resolve(key.toString()),
      recheckBelow: branch => resolve(`${branch.toString()}/…`),
    })
    for (const key of keys) {
      own.wrote(key)
      expect(own.isEcho(key)).toBe(true)
    }
    expect(own.isEcho(Key.of('other'))).toBe(false)
  })
  expect(seen).toBe('/b/…')
})

it('J3 rows follow what another program writes into the same SQLite file', async () => {
  const document = { strata: 1, root: { kind: 'sqlite', path: join(await tempFolder(), 'data.sqlite') } }
  const open = async (): Promise<{ page: TestPage; session: string }> => {
    const page = await connect(await testHost())
    const { id: session } = await page.call('sessions.open', { source: { type: 'document', document } })
    return { page, session }
  }
  const ours = await open()
  const theirs = await open()
  const names = async (): Promise<string[]> => {
    const range = { prefix: '/', offset: 0, limit: 10 }
    const { rows } = await ours.page.call('levels.rows', { session: ours.session, ...range })
    return rows.map(({ name }) => name)
  }
  expect(await names()).toEqual([])
  await theirs.page.call('store.put', { session: theirs.session, key: '/b', bytes: bytesOf('x') })
  await until(names, ['b'])
})

it('J34 a store that does not report changes of others is listed again when the window gets the focus', async () => {
  class Lasting extends MapStore {
    override capabilities = { ...MINIMAL, persistent: true }
  }
  const data = new Lasting()
  const { page, session } = await openSession(new Datastore(data))
  const names = async (): Promise<string[]> => {
    const { rows } = await page.call('levels.rows', { session, prefix: '/', offset: 0, limit: 10 })
    return rows.map(({ name }) => name)
  }
  expect(await names()).toEqual([])
  await data.write(Key.of('theirs'), Payload.kept(bytesOf('x')))
  expect(await names()).toEqual([])
  await page.call('sessions.lookAgain', { session })
  expect(await names()).toEqual(['theirs'])
  await eventually(() => changesOf(page).includes('//…'))
})

it('J3 a level whose watch fails is listed again, and again when the window gets the focus', async () => {
  let fail = (): void => undefined
  const failed = new Promise<void>(resolve => {
    fail = resolve
  })
  class Failing extends MapStore {
    override capabilities = { ...MINIMAL, persistent: true, watch: 'all' as const }
    watches = 0
    async *watch(_prefix: Key, { signal }: Call): AsyncIterable<Change> {
      this.watches++
      await orAbort(failed, signal, 'watch')
      yield* []
      throw new DatastoreError('IO', 'The folder has disappeared')
    }
  }
  const data = new Failing()
  const { page, session } = await openSession(new Datastore(data))
  const names = async (): Promise<string[]> => {
    const { rows } = await page.call('levels.rows', { session, prefix: '/', offset: 0, limit: 10 })
    return rows.map(({ name }) => name)
  }
  expect(await names()).toEqual([])
  await eventually(() => data.watches === 1)
  await data.write(Key.of('theirs'), Payload.kept(bytesOf('x')))
  fail()
  await until(names, ['theirs'])
  await data.write(Key.of('later'), Payload.kept(bytesOf('x')))
  await page.call('sessions.lookAgain', { session })
  await until(names, ['later', 'theirs'])
})

it('J34 if every change is reported, nothing is listed again', async () => {
  const { page, session, names } = await opened()
  const { version } = await page.call('levels.rows', { session, prefix: '/', offset: 0, limit: 10 })
  await page.call('sessions.lookAgain', { session })
  await names('/')
  const after = await page.call('levels.rows', { session, prefix: '/', offset: 0, limit: 10 })
  expect(after.version).toBe(version)
})

it('J34 a store in memory is not shared, and is not listed again', async () => {
  const { page, session } = await openSession(new MemoryDatastore())
  const { version } = await page.call('levels.rows', { session, prefix: '/', offset: 0, limit: 10 })
  await page.call('sessions.lookAgain', { session })
  const after = await page.call('levels.rows', { session, prefix: '/', offset: 0, limit: 10 })
  expect(after.version).toBe(version)
})

it('J3 levels beyond the watch limit are listed again when the window gets the focus', async () => {
  const { page, session, at, names } = await opened()
  for (let index = 0; index < 300; index++) mkdirSync(at(`d${index}`))
  for (let index = 0; index < 300; index++) await names(`/d${index}`)
  writeFileSync(at('d0', 'theirs'), 'x')
  await page.call('sessions.lookAgain', { session })
  await until(() => names('/d0'), ['theirs'])
})

it('J3 closing a session ends its watches', async () => {
  const { page, session, at } = await opened()
  await page.call('sessions.close', { session })
  const before = page.events.length
  writeFileSync(at('late'), 'x')
  const store = await FsDatastore.open(at('.'), { layout: 'plain', readOnly: true })
  await store.close()
  expect(page.events.slice(before).filter(({ name }) => name === 'levelChanged')).toEqual([])
})
