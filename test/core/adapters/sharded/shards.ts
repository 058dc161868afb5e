import { expect } from 'vitest'
import type { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { walkKeys } from '../../../../src/testkit/suite.ts'

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
export const memories = (count: number) => Array.from({ length: count }, () => new MemoryDatastore())

/** Keys on several levels, some above others. */
export function keysOf(count: number): Key[] {
  return Array.from({ length: count }, (_, index) =>
    index % 5 === 0
      ? Key.of('films', `f${index}`)
      : Key.of('films', `f${index - (index % 5)}`, `scene-${index}`),
  )
}

/** Puts the given number of keys, each with its name as the value. */
export async function fill(store: BinaryDatastore, count: number): Promise<Key[]> {
  const keys = keysOf(count)
  for (const key of keys) await store.put(key, utf8(key.name))
  return keys
}

/** Expects exactly these keys, each in its home shard and in no other. */
export async function expectEachOnceAtHome(
  sharded: ShardedDatastore,
  keys: readonly Key[],
  others: readonly BinaryDatastore[] = [],
  hasNames = true,
): Promise<void> {
  const held: string[] = []
  for (const [index, shard] of sharded.shards.entries()) {
    for (const text of await walkKeys(shard)) {
      expect(sharded.shardIndex(Key.parse(text)), text).toBe(index)
      held.push(text)
    }
  }
  for (const other of others) held.push(...(await walkKeys(other)))
  expect(held.sort()).toEqual(keys.map(String).sort())
  for (const key of hasNames ? keys : []) expect(textOf(await sharded.get(key))).toBe(key.name)
}
