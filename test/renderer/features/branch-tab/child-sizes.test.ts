import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ChildSizes } from '../../../../src/renderer/features/branch-tab/child-sizes.ts'
import { FakeClient } from '../key-tab/harness/fake-client.ts'
import { FakeStore } from '../key-tab/harness/fake-store.ts'

let client: FakeClient
let sizes: ChildSizes

beforeEach(() => {
  client = new FakeClient(new FakeStore(), 's1')
  sizes = new ChildSizes(client, 's1', '/a')
  for (let index = 0; index < 40; index++) client.store.put(`/a/${index}`, new Uint8Array(index))
})

const names = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `${from + index}`)
const asked = () => client.calls.filter(call => call === 'store.stat').length

describe('ChildSizes', () => {
  it('learns each size once, and tells when it has some', async () => {
    const told = vi.fn()
    sizes.subscribe(told)
    sizes.want(names(0, 10))
    await vi.waitUntil(() => sizes.sizeOf('9') === 9)
    sizes.want(names(0, 10))
    expect(asked()).toBe(10)
    await vi.waitUntil(() => told.mock.calls.length > 0)
    expect(told.mock.calls.length).toBeLessThan(10)
  })

  it('drops what one no longer looks at', async () => {
    sizes.want(names(0, 20))
    sizes.want(names(20, 25))
    await vi.waitUntil(() => sizes.sizeOf('24') === 24)
    expect(asked()).toBe(11)
    expect(sizes.sizeOf('19')).toBeUndefined()
  })

  it('leaves blank what it cannot learn, and does not ask for it again', async () => {
    sizes.want(['gone'])
    await vi.waitUntil(() => asked() === 1)
    await vi.waitUntil(() => sizes.getRevision() > 0)
    sizes.want(['gone'])
    expect(asked()).toBe(1)
  })

  it('forgets the size of a value that was changed', async () => {
    const stop = sizes.start()
    sizes.want(['5'])
    await vi.waitUntil(() => sizes.sizeOf('5') === 5)
    client.putByOther('/a/5', new Uint8Array(500))
    client.putByOther('/a/5/6', new Uint8Array(1))
    expect(sizes.sizeOf('5')).toBeUndefined()
    sizes.want(['5'])
    await vi.waitUntil(() => sizes.sizeOf('5') === 500)
    stop()
  })
})
