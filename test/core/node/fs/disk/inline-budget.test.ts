import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/index.ts'
import { InlineBudget } from '../../../../../src/core/node/fs/disk.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { bytesOf } from '../bytes-of.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()

beforeEach(async () => {
  // Start with the whole budget of a turn.
  await nextTurn()
})
afterEach(() => roots.remove())

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

describe('InlineBudget', () => {
  it('a turn of the event loop has a limited budget, which the next turn renews', async () => {
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

  it('calls of a slow kind are left to the thread pool, and tried again later', async () => {
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

  it('a failed call also uses the budget', async () => {
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

it('a loop of small reads and writes does not block the event loop', async () => {
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
  // Limits the loop, which would not end if all reads ran in one turn.
  for (let reads = 0; turns < before + 5; reads++) {
    await store.get(key)
    expect(reads).toBeLessThan(100_000)
  }
  isOver = true
})
