import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ListOptions, ListPage } from '../../../src/core/datastore.ts'
import { DatastoreError } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { nodeKinds } from '../../../src/core/node/stack.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { defineKind, type OpenContext } from '../../../src/core/stack/kind.ts'
import { Registry } from '../../../src/core/stack/registry.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { CalledStore } from '../../core/by-its-calls.ts'
import { bytesOf, connect, eventually, type TestPage, testHost } from './test-host.ts'

/** A server that finds its keys step by step, and that can be unavailable. */
class GrowingStore extends MemoryDatastore {
  isPartial = true
  isAway = false

  override async list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    if (this.isAway) throw new DatastoreError('CONNECTION', 'Cannot list: nobody is there')
    const page = await super.list(prefix, options)
    return this.isPartial ? { ...page, total: undefined, isPartial: true } : page
  }
}

interface Opened {
  readonly page: TestPage
  readonly session: string
  readonly store: GrowingStore
  readonly report: OpenContext['report']
}

async function open(): Promise<Opened> {
  const store = new GrowingStore()
  let report: OpenContext['report'] = () => undefined
  const kind = defineKind({
    kind: 'growing',
    label: 'Growing',
    help: 'Finds its keys bit by bit.',
    schema: z.strictObject({}),
    children: 'none',
    open: (_options, _children, context) => {
      report = context.report
      return Promise.resolve(new Datastore(new CalledStore(store)))
    },
  })
  const host = await testHost({ registry: new Registry([...nodeKinds, kind]) })
  const page = await connect(host)
  const document = { strata: 1, root: { kind: 'growing' } }
  const { id } = await page.call('sessions.open', { source: { type: 'document', document } })
  return { page, session: id, store, report }
}

const rowsOf = ({ page, session }: Opened) =>
  page.call('levels.rows', { session, prefix: '/', offset: 0, limit: 100 })

describe('the status of a session', () => {
  it('E23 a partial level has a lower bound of rows, grows as keys are found, and is exact at the end', async () => {
    const opened = await open()
    const { page, session, store, report } = opened
    report({ indexing: { keys: 1, of: 3 } })
    await store.put(Key.of('b'), bytesOf('1'))
    expect(await rowsOf(opened)).toMatchObject({ count: 1, accuracy: 'lower-bound' })
    await store.put(Key.of('a'), bytesOf('2'))
    report({ indexing: { keys: 2, of: 3 } })
    await eventually(async () => (await rowsOf(opened)).count === 2)
    expect(await rowsOf(opened)).toMatchObject({
      rows: [{ name: 'a' }, { name: 'b' }],
      accuracy: 'lower-bound',
    })
    store.isPartial = false
    await store.put(Key.of('c'), bytesOf('3'))
    report({ indexing: undefined })
    await eventually(async () => (await rowsOf(opened)).accuracy === 'exact')
    expect((await rowsOf(opened)).rows.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    await eventually(() => page.eventsOf('sessionStatusChanged').at(-1)?.status.indexing === undefined)
    expect(page.eventsOf('sessionStatusChanged')[0]).toEqual({
      session,
      status: { indexing: { keys: 1, of: 3 } },
    })
  })

  it('E24 a lost server is reported with the session, and after it returns levels are listed again and values compared', async () => {
    const opened = await open()
    const { page, session, store, report } = opened
    store.isPartial = false
    await store.put(Key.of('a'), bytesOf('1'))
    await rowsOf(opened)
    store.isAway = true
    report({ lost: { since: 1, reason: 'Cannot reach it' } })
    const lost = { since: 1, reason: 'Cannot reach it' }
    await eventually(() => page.eventsOf('sessionStatusChanged').at(-1)?.status.lost !== undefined)
    expect((await page.call('sessions.list', {})).sessions[0]?.status).toEqual({ lost })
    await page.call('levels.refresh', { session, prefix: '/' })
    await expect(rowsOf(opened)).rejects.toMatchObject({ code: 'CONNECTION' })
    store.isAway = false
    await store.put(Key.of('b'), bytesOf('2'))
    report({ lost: undefined })
    expect((await rowsOf(opened)).rows.map(({ name }) => name)).toEqual(['a', 'b'])
    await eventually(() =>
      page.eventsOf('valueChanged').some(({ key, isDeep }) => key === '/' && isDeep === true),
    )
    await eventually(() => page.eventsOf('sessionStatusChanged').at(-1)?.status.lost === undefined)
  })

  it('E24 a node that is opened again does not keep its previous status', async () => {
    const { page, session, report } = await open()
    report({ lost: { since: 1, reason: 'Cannot reach it' } })
    await page.call('sessions.apply', {
      session,
      document: { strata: 1, root: { kind: 'memory' } },
      decisions: { discard: true },
    })
    expect((await page.call('sessions.list', {})).sessions[0]?.status).toEqual({})
  })
})
