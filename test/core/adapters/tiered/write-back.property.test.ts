import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TieredDatastore } from '../../../../src/core/adapters/tiered/tiered.ts'
import type { BinaryDatastore, Child, Entry } from '../../../../src/core/datastore.ts'
import { hasCode } from '../../../../src/core/errors.ts'
import { Key } from '../../../../src/core/key.ts'
import { fault } from '../../../../src/core/layers/fault.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { anyQuery } from '../../../../src/testkit/arbitrary-query.ts'
import { expectSame, operationsOver, runOnModel, runOnStore } from '../../../../src/testkit/operations.ts'
import { collect, listAll, Suite } from '../../../../src/testkit/suite.ts'
import { BreakableDatastore } from '../breakable.ts'

const suite = new Suite<Uint8Array>(
  { create: async () => new MemoryDatastore() },
  { describe, it },
  new MemoryDatastore().capabilities,
)
const texts = ['/a', '/a/b', '/a/b/c', '/a/b/d', '/a-b', '/a-b/c', '/ab', '/x/y/z', '/x/y']
const operation = operationsOver(texts, suite)

describe('write-back over a last tier that fails at times', () => {
  it('A5 random histories agree with a map, and finally so does the last tier', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ operation, isAwaited: fc.boolean() }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 2 ** 31 - 2 }),
        async (steps, room, seed) => {
          let state = seed
          const below = new MemoryDatastore()
          const last = fault(below, {
            errorRate: 0.4,
            verbs: ['put', 'delete'],
            // Park and Miller, "Random Number Generators: Good Ones Are Hard to Find", 1988.
            random: () => (state = (state * 16_807) % (2 ** 31 - 1)) / 2 ** 31,
          })
          const store = new TieredDatastore<Uint8Array>([new MemoryDatastore({ maxEntries: 3 }), last], {
            mode: 'write-back',
            flushDelay: 0,
            maxFlushDelay: 0,
            maxUnflushedEntries: room,
            flushAttempts: 100,
          })
          const model = new Map<string, number>()
          for (const step of steps) {
            const outcome = await runOnStore(suite, store, step.operation)
            // A call that needed the last tier and failed there did not take effect.
            if (outcome === 'IO') continue
            expect(outcome).toEqual(runOnModel(model, step.operation))
            if (step.isAwaited) await store.sync()
            await expectSame(suite, store, model)
          }
          last.faults.errorRate = 0
          await store.sync()
          await expectSame(suite, below, model)
          await store.close()
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('write-back while the last tier refuses all writes', () => {
  /** Only puts and deletes: the other verbs go directly to the last tier. */
  const simple = operation.filter(({ verb }) => verb === 'put' || verb === 'delete')
  const history = fc.array(simple, { maxLength: 20 })

  /** A store with one part of a history flushed and the rest unflushed, and a plain store with all of it. */
  async function halfFlushed(flushed: readonly Operation[], unflushed: readonly Operation[]) {
    const last = new BreakableDatastore()
    const plain = new MemoryDatastore()
    const store = new TieredDatastore<Uint8Array>([new MemoryDatastore(), last], {
      mode: 'write-back',
      flushDelay: 10_000,
    })
    for (const one of flushed) await both(one)
    await store.sync()
    last.breakOn('put', 'delete')
    for (const one of unflushed) await both(one)
    return { store, plain, last }

    async function both(one: Operation): Promise<void> {
      expect(await runOnStore(suite, store, one)).toEqual(await runOnStore(suite, plain, one))
    }
  }
  type Operation = Parameters<typeof runOnStore>[2]

  it('A17 D9 list() of every level, in pages of every size, in both directions, already shows the state after the flush', async () => {
    const levels = ['/', '/a', '/a/b', '/x', '/x/y', '/a-b', '/none'].map(Key.parse)
    await fc.assert(
      fc.asyncProperty(history, history, async (flushed, unflushed) => {
        const { store, plain, last } = await halfFlushed(flushed, unflushed)
        for (const level of levels) {
          for (const limit of [1, 2, 5]) {
            for (const reverse of [false, true]) {
              const options = { limit, reverse }
              expect((await listAll(store, level, options)).map(shown)).toEqual(
                (await listAll(plain, level, options)).map(shown),
              )
            }
          }
          expect((await store.list(level)).children.map(shown)).toEqual(
            (await plain.list(level)).children.map(shown),
          )
        }
        last.mend()
        await store.close()
      }),
      { numRuns: 60 },
    )
  })

  it('A17 Q9 query() already returns the results after the flush', async () => {
    // A flush changes only the time when a value was written.
    const query = anyQuery.filter(one => !/mtime|withStat/.test(JSON.stringify(one)))
    await fc.assert(
      fc.asyncProperty(
        history,
        history,
        fc.array(query, { maxLength: 10 }),
        async (flushed, unflushed, all) => {
          const { store, plain, last } = await halfFlushed(flushed, unflushed)
          const ask = (from: BinaryDatastore, one: (typeof all)[number]) =>
            collect(from.query(one)).then(
              (entries: readonly Entry<Uint8Array>[]) =>
                entries.map(({ key, value }) => [key.toString(), value]),
              (error: unknown) => hasCode(error, 'NOT_FOUND') || Promise.reject(error as Error),
            )
          for (const one of all) expect(await ask(store, one)).toEqual(await ask(plain, one))
          last.mend()
          await store.close()
        },
      ),
      { numRuns: 60 },
    )
  })
})

function shown({ name, isValue, isBranch, size }: Child) {
  return { name, isValue, isBranch, size }
}
