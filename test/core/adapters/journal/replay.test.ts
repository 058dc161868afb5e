import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { journal } from '../../../../src/core/adapters/journal/journal.ts'
import { memoryJournal } from '../../../../src/core/adapters/journal/memory-journal.ts'
import { replay } from '../../../../src/core/adapters/journal/replay.ts'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { isRefused } from '../../../../src/core/errors.ts'
import { Key } from '../../../../src/core/key.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { collect, expectFailure } from '../../../../src/testkit/suite.ts'
import { bytesOf } from '../../node/fs/bytes-of.ts'

const key = fc.constantFrom('/a', '/a/b', '/c', '/d').map(text => Key.parse(text))
const value = fc.uint8Array({ maxLength: 4 })
const operation = fc.oneof(
  fc.record({ type: fc.constant('put' as const), key, value }),
  fc.record({ type: fc.constant('stream' as const), key, value }),
  fc.record({ type: fc.constant('delete' as const), key }),
  fc.record({ type: fc.constant('rename' as const), key, to: key, replace: fc.boolean() }),
  fc.record({ type: fc.constant('batch' as const), key, to: key, value }),
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

async function apply(store: BinaryDatastore, one: Operation): Promise<void> {
  try {
    if (one.type === 'put') await store.put(one.key, one.value)
    else if (one.type === 'stream') await store.put(one.key, [one.value, one.value].values())
    else if (one.type === 'delete') await store.delete(one.key)
    else if (one.type === 'rename') await store.rename(one.key, one.to, { replace: one.replace })
    else await store.batch().put(one.key, one.value).delete(one.to).commit()
  } catch (error) {
    if (!isRefused(error)) throw error
  }
}

async function contents(store: BinaryDatastore): Promise<readonly (readonly [string, readonly number[]])[]> {
  const entries = await collect(store.query({}))
  return entries.map(entry => [entry.key.toString(), [...(entry.value ?? [])]])
}

const stores = {
  memory: () => new MemoryDatastore(),
  shards: () => new ShardedDatastore([new MemoryDatastore(), new MemoryDatastore()]),
}

describe.each(Object.entries(stores))('a journal over %s', (_name, create) => {
  it('W11 undoing everything in reverse order restores the start, and redoing it the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { maxLength: 12 }),
        fc.array(operation, { maxLength: 12 }),
        async (before, after) => {
          const below = create()
          for (const one of before) await apply(below, one)
          const start = await contents(below)
          await using store = await journal(below, { log: memoryJournal() })
          for (const one of after) await apply(store, one)
          const end = await contents(store)
          const entries = await collect(store.entries())
          for (const { sequence } of [...entries].reverse()) await store.undo(sequence)
          expect(await contents(store)).toEqual(start)
          for (const { sequence } of entries) await store.redo(sequence)
          expect(await contents(store)).toEqual(end)
          // Undo and redo are recorded themselves, so they can be undone too.
          const again = (await collect(store.entries())).slice(entries.length)
          for (const { sequence } of again.reverse()) await store.undo(sequence)
          expect(await contents(store)).toEqual(end)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('W11 replay() makes the same writes in another store, and reverts them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 20 }), async operations => {
        const log = memoryJournal()
        await using store = await journal(create(), { log })
        for (const one of operations) await apply(store, one)
        const other = new MemoryDatastore()
        const count = await replay(log, other)
        expect(await contents(other)).toEqual(await contents(store))
        expect(await replay(log, other, { direction: 'backward' })).toBe(count)
        expect(await contents(other)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})

describe('replay()', () => {
  it('W11 replays a range of entries, and stops where the store holds a different value', async () => {
    const log = memoryJournal()
    await using store = await journal(new MemoryDatastore(), { log })
    for (const text of ['/a', '/b', '/c']) await store.put(Key.parse(text), bytesOf(text))
    const [first, second, third] = (await collect(store.entries())).map(({ sequence }) => sequence)
    const other = new MemoryDatastore()
    expect(await replay(log, other, { from: second, to: second })).toBe(1)
    expect((await contents(other)).map(([name]) => name)).toEqual(['/b'])
    await other.put(Key.parse('/c'), bytesOf('theirs'))
    await expectFailure(replay(log, other), 'CONFLICT', Key.parse('/c'))
    expect((await contents(other)).map(([name]) => name)).toEqual(['/a', '/b', '/c'])
    await expectFailure(replay(log, other, { direction: 'backward' }), 'CONFLICT', Key.parse('/c'))
    expect(await replay(log, other, { to: second, from: first, direction: 'backward' })).toBe(2)
    expect(third).toBeGreaterThan(second!)
    expect((await contents(other)).map(([name]) => name)).toEqual(['/c'])
  })
})
