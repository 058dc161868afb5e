import { beforeEach, describe, expect, it, vi } from 'vitest'
import { CHILD_PAGE, ChildRows } from '../../../../src/renderer/features/branch-tab/child-rows.ts'
import { bytes } from '../../../text.ts'
import { FakeClient } from '../key-tab/harness/fake-client.ts'
import { FakeStore } from '../key-tab/harness/fake-store.ts'

let store: FakeStore
let client: FakeClient

beforeEach(() => {
  store = new FakeStore()
  client = new FakeClient(store, 's1')
})

const reads = () => client.calls.filter(call => call === 'levels.rows').length

async function open(prefix: string) {
  const rows = new ChildRows(client, 's1', prefix)
  const stop = rows.start()
  await vi.waitUntil(() => rows.getSnapshot().count !== undefined || rows.getSnapshot().failure !== undefined)
  return { rows, stop }
}

describe('ChildRows', () => {
  it('reads the first rows and the count at once', async () => {
    store.putBranch('/many', 1_000_000)
    const { rows } = await open('/many')
    expect(rows.getSnapshot()).toMatchObject({ count: 1_000_000, accuracy: 'exact' })
    expect(rows.rowAt(CHILD_PAGE - 1)?.name).toBe('entry-000000199')
    expect(rows.rowAt(CHILD_PAGE)).toBeUndefined()
    expect(reads()).toBe(1)
  })

  it('reads visible rows, once, and holds a bounded number of rows', async () => {
    store.putBranch('/many', 1_000_000)
    const { rows } = await open('/many')
    for (let page = 1; page <= 60; page++) {
      rows.setVisible(page * CHILD_PAGE, page * CHILD_PAGE + 30)
      rows.setVisible(page * CHILD_PAGE, page * CHILD_PAGE + 30)
      await vi.waitUntil(() => rows.rowAt(page * CHILD_PAGE) !== undefined)
    }
    expect(reads()).toBe(61)
    expect(rows.rowAt(0)).toBeUndefined()
    expect(rows.rowAt(60 * CHILD_PAGE)?.name).toBe('entry-000012000')
  })

  it('follows the level: new rows appear, deleted ones disappear', async () => {
    store.put('/a/one', bytes('1'))
    const { rows } = await open('/a')
    client.putByOther('/a/two', bytes('2'))
    await vi.waitUntil(() => rows.rowAt(1)?.name === 'two')
    client.deleteByOther('/a/one')
    await vi.waitUntil(() => rows.rowAt(0)?.name === 'two')
    expect(rows.getSnapshot().count).toBe(1)
    client.putByOther('/elsewhere/x', bytes('3'))
    const before = reads()
    rows.setVisible(0, 10)
    expect(reads()).toBe(before)
  })

  it('reads again if the level changes while its rows are being read', async () => {
    store.put('/a/one', bytes('1'))
    const rows = new ChildRows(client, 's1', '/a')
    client.delay = 30
    client.onReply = name => {
      if (name !== 'levels.rows') return
      client.onReply = () => undefined
      client.putByOther('/a/two', bytes('2'))
    }
    rows.start()
    await vi.waitUntil(() => rows.rowAt(1)?.name === 'two')
    expect(rows.getSnapshot().count).toBe(2)
    expect(reads()).toBe(2)
  })

  it('reports why it could not read, does not retry by itself, and reads after a refresh', async () => {
    store.put('/a/one', bytes('1'))
    client.broken.add('levels.rows')
    const { rows } = await open('/a')
    expect(rows.getSnapshot().failure).toMatchObject({ code: 'CONNECTION' })
    const before = reads()
    rows.setVisible(0, 10)
    expect(reads()).toBe(before)
    client.broken.clear()
    await rows.refresh()
    await vi.waitUntil(() => rows.rowAt(0) !== undefined)
    expect(rows.getSnapshot().failure).toBeUndefined()
  })

  it('reads nothing after it was stopped', async () => {
    store.put('/a/one', bytes('1'))
    const { rows, stop } = await open('/a')
    stop()
    const before = reads()
    client.putByOther('/a/two', bytes('2'))
    expect(reads()).toBe(before)
    expect(rows.rowAt(1)).toBeUndefined()
  })
})
