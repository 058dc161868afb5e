import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/index.ts'
import { InlineBudget } from '../../../../../src/core/node/fs/disk.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { bytesOf } from '../bytes-of.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()

beforeEach(async () => {
  // What earlier tests spent of a turn is over.
  await nextTurn()
})
afterEach(() => roots.remove())

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

describe('InlineBudget', () => {
  it('a turn of the event loop gets so much and no more; the next one gets it again', async () => {
    let now = 0
    const [budget, other] = [new InlineBudget(() => now), new InlineBudget(() => now)]
    let calls = 0
    while (budget.allows('read') && calls < 1000) {
      budget.run('read', () => (now += 0.1))
      calls++
    }
    expect(calls).toBeGreaterThanOrEqual(39)
    expect(calls).toBeLessThanOrEqual(41)
    expect(other.allows('read')).toBe(false)
    await nextTurn()
    expect([budget.allows('read'), other.allows('write')]).toEqual([true, true])
  })

  it('a kind of call that turns slow is left to the thread pool, and tried again later', async () => {
    let now = 0
    const budget = new InlineBudget(() => now)
    const run = async (kind: string, milliseconds: number) => {
      await nextTurn()
      return budget.run(kind, () => (now += milliseconds))
    }
    for (let index = 0; index < 100; index++) await run('rename', 0.02)
    expect(budget.allows('rename')).toBe(true)
    await run('rename', 3)
    await nextTurn()
    expect([budget.allows('rename'), budget.allows('open')]).toEqual([false, true])
    now += 100
    expect(budget.allows('rename')).toBe(true)
    for (let index = 0; index < 3; index++) await run('rename', 0.6)
    await nextTurn()
    expect(budget.allows('rename')).toBe(false)
  })

  it('a call that fails is accounted for too', async () => {
    let now = 0
    const budget = new InlineBudget(() => now)
    const fail = () => {
      now += 10
      throw new Error('mine')
    }
    expect(() => budget.run('open', fail)).toThrow('mine')
    expect(budget.allows('open')).toBe(false)
    await nextTurn()
  })
})

it('a loop of small reads and writes leaves the event loop its turns', async () => {
  await using store = await FsDatastore.open(await roots.make())
  const key = Key.of('a', 'b')
  let turns = 0
  let isOver = false
  const tick = () => {
    turns++
    if (!isOver) setImmediate(tick)
  }
  setImmediate(tick)
  await store.put(key, bytesOf('x'))
  const before = turns
  // As many as an endless loop would be if they all were done within one turn.
  for (let reads = 0; turns < before + 5; reads++) {
    await store.get(key)
    expect(reads).toBeLessThan(100_000)
  }
  isOver = true
})
