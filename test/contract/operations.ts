import fc from 'fast-check'
import type { Datastore } from '../../src/core/datastore.ts'
import { DatastoreError } from '../../src/core/errors.ts'
import { Key } from '../../src/core/key.ts'

/** One call of a random history. Values are indexes of samples, so that histories print short. */
export type Operation =
  | {
      readonly verb: 'put'
      readonly key: string
      readonly value: number
      readonly mode: 'any' | 'create' | 'replace'
    }
  | { readonly verb: 'get' | 'has'; readonly key: string }
  | { readonly verb: 'delete'; readonly key: string; readonly missingOk: boolean }
  | { readonly verb: 'rename'; readonly key: string; readonly to: string; readonly replace: boolean }

/** What a call came to: a sample's index, `true`, `false`, nothing, or the code of its failure. */
export type Outcome = number | boolean | string | undefined

/** Random histories over a few keys: above, below and beside one another. */
export function operationsOver(keys: readonly string[], samples: number): fc.Arbitrary<readonly Operation[]> {
  const key = fc.constantFrom(...keys)
  const value = fc.nat({ max: samples - 1 })
  const mode = fc.constantFrom<('any' | 'create' | 'replace')[]>('any', 'any', 'create', 'replace')
  const put = fc.record({ verb: fc.constant('put' as const), key, value, mode })
  const read = fc.record({ verb: fc.constantFrom('get' as const, 'has' as const), key })
  const remove = fc.record({ verb: fc.constant('delete' as const), key, missingOk: fc.boolean() })
  const rename = fc.record({ verb: fc.constant('rename' as const), key, to: key, replace: fc.boolean() })
  const operation: fc.Arbitrary<Operation> = fc.oneof(put, put, put, read, read, remove, remove, rename)
  return fc.array(operation, { minLength: 1, maxLength: 40 })
}

/** Runs one operation on the model: a plain map from key text to a sample's index. */
export function runOnModel(model: Map<string, number>, operation: Operation): Outcome {
  const { verb, key } = operation
  const held = model.get(key)
  switch (verb) {
    case 'put':
      if (operation.mode === 'replace' && held === undefined) return 'NOT_FOUND'
      if (operation.mode === 'create' && held !== undefined) return 'ALREADY_EXISTS'
      model.set(key, operation.value)
      return undefined
    case 'get':
      return held ?? 'NOT_FOUND'
    case 'has':
      return held !== undefined
    case 'delete':
      if (held === undefined) return operation.missingOk ? undefined : 'NOT_FOUND'
      model.delete(key)
      return undefined
    case 'rename':
      if (held === undefined) return 'NOT_FOUND'
      if (operation.to === key) return undefined
      if (!operation.replace && model.has(operation.to)) return 'ALREADY_EXISTS'
      model.set(operation.to, held)
      model.delete(key)
      return undefined
  }
}

/** Runs one operation on a store. `indexOf` names a value by the sample that it equals. */
export async function runOnStore<V>(
  store: Datastore<V>,
  operation: Operation,
  samples: readonly V[],
  indexOf: (value: V) => number,
): Promise<Outcome> {
  try {
    return await call(store, operation, samples, indexOf)
  } catch (error) {
    if (error instanceof DatastoreError) return error.code
    throw error
  }
}

async function call<V>(
  store: Datastore<V>,
  operation: Operation,
  samples: readonly V[],
  indexOf: (value: V) => number,
): Promise<Outcome> {
  const key = Key.parse(operation.key)
  switch (operation.verb) {
    case 'put': {
      const { mode, value } = operation
      await store.put(key, samples[value] as V, { create: mode !== 'replace', replace: mode !== 'create' })
      return undefined
    }
    case 'get':
      return indexOf(await store.get(key))
    case 'has':
      return store.has(key)
    case 'delete':
      await store.delete(key, { missingOk: operation.missingOk })
      return undefined
    case 'rename':
      await store.rename(key, Key.parse(operation.to), { replace: operation.replace })
      return undefined
  }
}
