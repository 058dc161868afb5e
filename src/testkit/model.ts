import fc from 'fast-check'
import type { Datastore } from '../core/open/datastore.ts'
import { expect } from './expect.ts'
import {
  expectSame,
  type Operation,
  type Outcome,
  operationsOver,
  runOnModel,
  runOnStore,
} from './operations.ts'
import type { Suite } from './suite.ts'

const flat = ['/a', '/b', '/ab', '/c:d', '/x/a', '/x/b', '/x/y/z', '/a-b/c']
const nested = ['/a', '/a/b', '/a/b/c', '/a/b/d', '/a-b', '/a-b/c', '/ab', '/x/y/z']

/** Random histories compared with a map: sequential, concurrent, aborted, and interrupted by a close. */
export function describeModel<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  const operation = operationsOver(suite.hasValueAndBranch ? nested : flat, suite)
  const history = fc.array(operation, { minLength: 1, maxLength: 40 })
  const once = { numRuns: suite.runs }

  describe('model', () => {
    it('D1 D2 D3 D5 D9 random histories of sequential calls agree with a map', async () => {
      const run = async (operations: readonly Operation[]) => {
        const store = await suite.open()
        const model = new Map<string, number>()
        for (const one of operations) {
          const expected = runOnModel(model, one)
          expect(await runOnStore(suite, store, one)).toEqual(expected)
        }
        await expectSame(suite, store, model)
        await store.close()
      }
      await fc.assert(fc.asyncProperty(history, run), once)
    })

    it('D16 random histories of concurrent calls agree with a map, in call order', async () => {
      const run = async (operations: readonly Operation[]) => {
        const store = await suite.open()
        const model = new Map<string, number>()
        const expected = operations.map(one => runOnModel(model, one))
        expect(await Promise.all(operations.map(one => runOnStore(suite, store, one)))).toEqual(expected)
        await expectSame(suite, store, model)
        await store.close()
      }
      await fc.assert(fc.asyncProperty(history, run), once)
    })

    it('D13 each aborted call of a random history is applied whole or not at all', async () => {
      const aborted = fc.array(fc.record({ operation, ticks: fc.nat(4) }), { minLength: 1, maxLength: 25 })
      const run = async (calls: readonly { readonly operation: Operation; readonly ticks: number }[]) => {
        const store = await suite.open()
        let model: State = new Map()
        for (const { operation: one, ticks } of calls) {
          const after = new Map(model)
          const expected = runOnModel(after, one)
          const outcome = await abortedAfter(ticks, signal => runOnStore(suite, store, one, { signal }))
          if (outcome !== 'ABORTED') expect(outcome).toEqual(expected)
          model =
            outcome === 'ABORTED'
              ? await stateOf(suite, store, one, [after, ...halfway(store, one, model)], model)
              : after
          await expectSame(suite, store, model)
        }
        await store.close()
      }
      await fc.assert(fc.asyncProperty(aborted, run), once)
    })

    it('D42 calls made before close() take effect, later ones are CLOSED', async () => {
      const run = async (operations: readonly Operation[], late: Operation) => {
        const store = await suite.open()
        const model = new Map<string, number>()
        const expected = operations.map(one => runOnModel(model, one))
        const calls = operations.map(one => runOnStore(suite, store, one))
        const closed = store.close()
        const refused = runOnStore(suite, store, late)
        await closed
        expect(await Promise.all(calls)).toEqual(expected)
        expect(await refused).toBe('CLOSED')
        if (suite.options.reopen === undefined) return
        const again = await suite.reopen(store)
        await expectSame(suite, again, model)
        await again.close()
      }
      await fc.assert(fc.asyncProperty(history, operation, run), once)
    })
  })
}

type State = Map<string, number>

/** A rename by copying may stop when both keys hold the value. */
function halfway<V>(store: Datastore<V>, one: Operation, before: State): readonly State[] {
  if (one.verb !== 'rename' || store.capabilities.rename === 'atomic') return []
  const held = before.get(one.key)
  return held === undefined ? [] : [new Map(before).set(one.to, held)]
}

/** The state of the keys of a call. If no later state matches, the state before the call. */
async function stateOf<V>(
  suite: Suite<V>,
  store: Datastore<V>,
  one: Operation,
  states: readonly State[],
  before: State,
): Promise<State> {
  const keys = one.verb === 'rename' ? [one.key, one.to] : [one.key]
  const found = await Promise.all(keys.map(key => runOnStore(suite, store, { verb: 'get', key })))
  return (
    states.find(state => keys.every((key, index) => (state.get(key) ?? 'NOT_FOUND') === found[index])) ??
    before
  )
}

/** Starts a call and aborts it some turns of the event loop later, if it is still running. */
async function abortedAfter(
  ticks: number,
  call: (signal: AbortSignal) => Promise<Outcome>,
): Promise<Outcome> {
  const abort = new AbortController()
  const outcome = call(abort.signal)
  for (let tick = 0; tick < ticks; tick++) await new Promise(resolve => setImmediate(resolve))
  abort.abort()
  return outcome
}
