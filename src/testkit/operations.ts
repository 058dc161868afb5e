import fc from 'fast-check'
import type { CallOptions } from '../core/datastore.ts'
import { DatastoreError } from '../core/errors.ts'
import { Key } from '../core/key.ts'
import type { Datastore } from '../core/open/datastore.ts'
import { expect } from './expect.ts'
import { type Suite, walkKeys } from './suite.ts'

/** One call of a random history. Values are indexes of samples, so that histories print briefly. */
export type Operation =
  | {
      readonly verb: 'put'
      readonly key: string
      readonly value: number
      readonly mode: 'any' | 'create' | 'replace'
      readonly isStream: boolean
    }
  | { readonly verb: 'get' | 'has'; readonly key: string }
  | { readonly verb: 'delete'; readonly key: string; readonly missingOk: boolean }
  | { readonly verb: 'rename'; readonly key: string; readonly to: string; readonly replace: boolean }

/** The result of a call: a sample's index, `true`, `false`, nothing, or the code of its failure. */
export type Outcome = number | boolean | string | undefined

/** Random calls on a few keys: above, below and next to one another. */
export function operationsOver<V>(keys: readonly string[], suite: Suite<V>): fc.Arbitrary<Operation> {
  const key = fc.constantFrom(...keys)
  const value = fc.nat({ max: suite.samples.length - 1 })
  const mode = fc.constantFrom<('any' | 'create' | 'replace')[]>('any', 'any', 'create', 'replace')
  const isStream = suite.isBinary ? fc.boolean() : fc.constant(false)
  const put = fc.record({ verb: fc.constant('put' as const), key, value, mode, isStream })
  const read = fc.record({ verb: fc.constantFrom('get' as const, 'has' as const), key })
  const remove = fc.record({ verb: fc.constant('delete' as const), key, missingOk: fc.boolean() })
  const rename = fc.record({ verb: fc.constant('rename' as const), key, to: key, replace: fc.boolean() })
  return fc.oneof(put, put, put, read, read, remove, remove, rename)
}

/** Applies one operation to the model: a map from key text to a sample's index. */
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

/** Applies one operation to a store of the suite. */
export async function runOnStore<V>(
  suite: Suite<V>,
  store: Datastore<V>,
  operation: Operation,
  options: CallOptions = {},
): Promise<Outcome> {
  try {
    return await call(suite, store, operation, options)
  } catch (error) {
    if (error instanceof DatastoreError) return error.code
    throw error
  }
}

async function call<V>(
  suite: Suite<V>,
  store: Datastore<V>,
  operation: Operation,
  options: CallOptions,
): Promise<Outcome> {
  const key = Key.parse(operation.key)
  switch (operation.verb) {
    case 'put': {
      const { mode, isStream } = operation
      const value = suite.samples[operation.value] as V
      const source = isStream ? (inPieces(value as Uint8Array) as V) : value
      await store.put(key, source, { ...options, create: mode !== 'replace', replace: mode !== 'create' })
      return undefined
    }
    case 'get':
      return suite.indexOf(await store.get(key, options))
    case 'has':
      return store.has(key, options)
    case 'delete':
      await store.delete(key, { ...options, missingOk: operation.missingOk })
      return undefined
    case 'rename':
      await store.rename(key, Key.parse(operation.to), { ...options, replace: operation.replace })
      return undefined
  }
}

async function* inPieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 1500) {
    await new Promise(resolve => setImmediate(resolve))
    yield bytes.subarray(start, start + 1500)
  }
}

/** Expects the store to hold exactly the keys and values of the model, through every kind of read. */
export async function expectSame<V>(
  suite: Suite<V>,
  store: Datastore<V>,
  model: ReadonlyMap<string, number>,
): Promise<void> {
  const sorted = [...model.keys()].map(Key.parse).sort(Key.compare)
  expect(await walkKeys(store)).toEqual(sorted.map(String))
  for (const key of sorted) expect(suite.indexOf(await store.get(key))).toBe(model.get(key.toString()))
  const { entries, accuracy } = await store.stats()
  if (accuracy === 'exact' && entries !== undefined) expect(entries).toBe(model.size)
}
