import { describe, expect, it, vi } from 'vitest'
import { CallError, type Client } from '../../../src/renderer/api/client.ts'
import { QueryRows } from '../../../src/renderer/api/query-rows.ts'
import type { Input, Output, ProcedureName } from '../../../src/shared/contract.ts'

/** The arguments of the calls on a query. */
interface QueryArguments {
  readonly version?: number
  readonly offset?: number
  readonly limit?: number
  readonly descending?: boolean
}

/** A host with one query at a time over numbered keys, which are found when the test says so. */
class FakeHost {
  readonly calls: string[] = []
  rows = 0
  isLast = false
  version = 1
  /** The current query. Each one has the next number. */
  query = 0
  isDropped = false
  isDescending = false
  readonly #waiting: (() => void)[] = []

  readonly client: Client = {
    call: async <Name extends ProcedureName>(name: Name, input: Input<Name>) => {
      this.calls.push(name)
      return (await this.#answer(name, input as QueryArguments)) as Output<Name>
    },
    on: () => () => undefined,
    onLost: () => () => undefined,
  }

  /** Finds more rows. */
  add(count: number, isLast: boolean): void {
    this.rows += count
    this.isLast = isLast
    this.version += 1
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  async #answer(name: ProcedureName, input: QueryArguments): Promise<unknown> {
    if (name === 'query.open') {
      this.isDropped = false
      return { query: `q${++this.query}`, reads: 'stats', columns: [] }
    }
    if (this.isDropped) throw new CallError({ code: 'NOT_FOUND', message: 'There is no such query' })
    if (name === 'query.next' && input.version === this.version) {
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
    if (name === 'query.next') return this.#report()
    if (name === 'query.sort') {
      this.isDescending = input.descending === true
      this.version += 1
    }
    const keys = this.#keys(input.offset, input.limit)
    if (name === 'query.rows') return { rows: keys.map(key => ({ key })), version: this.version }
    if (name === 'query.keys') return { keys }
    return null
  }

  #report() {
    const { version, rows, isLast } = this
    const counts = { found: rows, searched: rows, total: rows, isTotalExact: true, bytesRead: 0, problems: 0 }
    return { ...counts, version, rows, isLast, elapsed: 1, isStopped: false, isCut: false }
  }

  #keys(offset: number | undefined, limit: number | undefined): string[] {
    const count = Math.max(0, Math.min(limit ?? 0, this.rows - (offset ?? 0)))
    return Array.from({ length: count }, (_, index) => {
      const place = (offset ?? 0) + index
      return `/k${this.isDescending ? this.rows - 1 - place : place}`
    })
  }
}

const BY_KEY = { by: 'key', descending: true } as const

describe('QueryRows', () => {
  it('reads the visible rows while more are found, and reports when all are found', async () => {
    const host = new FakeHost()
    host.add(150, false)
    const rows = new QueryRows(host.client, 's1', { readsState: false })
    const done = rows.run('{}')
    await vi.waitUntil(() => rows.rowAt(0) !== undefined)
    expect(rows.getState()).toMatchObject({ isRunning: true, report: { rows: 150 }, text: '{}' })
    expect(rows.rowAt(149)).toBeUndefined()
    host.add(100, true)
    await done
    rows.setVisible(240, 260)
    await vi.waitUntil(() => rows.rowAt(249)?.key === '/k249')
    expect(rows.rowAt(250)).toBeUndefined()
    expect(rows.getState()).toMatchObject({ isRunning: false, error: undefined })
  })

  it('sorts the rows found so far, which are then read again', async () => {
    const host = new FakeHost()
    host.add(150, true)
    const rows = new QueryRows(host.client, 's1', { readsState: false })
    await rows.run('{}')
    expect(await rows.keys(0, 2)).toEqual(['/k0', '/k1'])
    const sorting = rows.sort(BY_KEY)
    expect(rows.getState().isSorted).toBe(false)
    await sorting
    expect(rows.getState().isSorted).toBe(true)
    await vi.waitUntil(() => rows.rowAt(0)?.key === '/k149')
  })

  it('runs a query again that the host has dropped meanwhile', async () => {
    const host = new FakeHost()
    host.add(3, true)
    const rows = new QueryRows(host.client, 's1', { readsState: false })
    await rows.run('{}')
    host.isDropped = true
    await rows.sort(BY_KEY)
    await vi.waitUntil(() => rows.rowAt(0)?.key === '/k2')
    expect(rows.getState()).toMatchObject({ run: 2, error: undefined, isSorted: true })
  })

  it('reads changed keys again, if requested', async () => {
    const looks = async (isLooking: boolean) => {
      const host = new FakeHost()
      host.add(3, true)
      const rows = new QueryRows(host.client, 's1', { readsState: isLooking })
      await rows.run('{}')
      await vi.waitUntil(() => rows.rowAt(0) !== undefined)
      const reads = () => host.calls.filter(call => call === 'query.rows').length
      await vi.waitUntil(() => reads() === (isLooking ? 2 : 1))
      return { rows, reads }
    }
    const once = await looks(false)
    once.rows.setVisible(0, 3)
    expect(once.reads()).toBe(1)
    const often = await looks(true)
    often.rows.readStateAgain()
    await vi.waitUntil(() => often.reads() === 3)
  })

  it('reports failures of the host, and drops its rows when it is closed', async () => {
    const host = new FakeHost()
    host.add(3, true)
    const rows = new QueryRows(host.client, 's1', { readsState: false })
    await rows.run('{}')
    await vi.waitUntil(() => rows.rowAt(0) !== undefined)
    rows.close()
    expect(rows.rowAt(0)).toBeUndefined()
    expect(host.calls).toContain('query.close')
    const failing: Client = {
      ...host.client,
      call: () => Promise.reject(new CallError({ code: 'READ_ONLY', message: 'It is locked' })),
    }
    const refused = new QueryRows(failing, 's1', { readsState: false })
    await refused.run('{}')
    expect(refused.getState()).toMatchObject({ isRunning: false, error: 'It is locked' })
  })
})
