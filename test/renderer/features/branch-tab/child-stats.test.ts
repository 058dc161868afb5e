import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ChildStats } from '../../../../src/renderer/features/branch-tab/child-stats.ts'
import { FakeClient } from '../key-tab/harness/fake-client.ts'
import { FakeStore } from '../key-tab/harness/fake-store.ts'

let client: FakeClient
let stats: ChildStats

beforeEach(() => {
  client = new FakeClient(new FakeStore(), 's1')
  stats = new ChildStats(client, 's1', '/a')
  for (let index = 0; index < 40; index++) client.store.put(`/a/${index}`, new Uint8Array(index))
})

const names = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `${from + index}`)
const statCalls = () => client.calls.filter(call => call === 'store.stat').length

describe('ChildStats', () => {
  it('reads each stat once, and notifies when it has some', async () => {
    const onChange = vi.fn()
    stats.subscribe(onChange)
    stats.request(names(0, 10))
    await vi.waitUntil(() => stats.statOf('9')?.size === 9)
    stats.request(names(0, 10))
    expect(statCalls()).toBe(10)
    await vi.waitUntil(() => onChange.mock.calls.length > 0)
    expect(onChange.mock.calls.length).toBeLessThan(10)
  })

  it('drops requests for rows that are no longer visible', async () => {
    stats.request(names(0, 20))
    stats.request(names(20, 25))
    await vi.waitUntil(() => stats.statOf('24')?.size === 24)
    expect(statCalls()).toBe(11)
    expect(stats.statOf('19')).toBeUndefined()
  })

  it('leaves a failed stat blank, and does not request it again', async () => {
    stats.request(['gone'])
    await vi.waitUntil(() => statCalls() === 1)
    await vi.waitUntil(() => stats.getRevision() > 0)
    stats.request(['gone'])
    expect(statCalls()).toBe(1)
  })

  it('drops the stat of a value that was changed', async () => {
    const stop = stats.start()
    stats.request(['5'])
    await vi.waitUntil(() => stats.statOf('5')?.size === 5)
    client.putByOther('/a/5', new Uint8Array(500))
    client.putByOther('/a/5/6', new Uint8Array(1))
    expect(stats.statOf('5')).toBeUndefined()
    stats.request(['5'])
    await vi.waitUntil(() => stats.statOf('5')?.size === 500)
    stop()
  })
})
