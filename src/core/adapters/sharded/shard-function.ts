import { DatastoreError } from '../../errors.ts'
import {
  directoryOf,
  type FlatfsShard,
  type FlatfsShardText,
  parseFlatfsShard,
} from '../../hash/flatfs-shard.ts'
import { fnv1a64, fnv1a64Halves } from '../../hash/fnv1a64.ts'
import { jumpHash } from '../../hash/jump.ts'
import type { Key } from '../../key.ts'

/**
 * Selects the shard of a key: a whole number from 0 up to, not including, `shardIds.length`. The result depends only on
 * the arguments. The list of shards and its order are part of the data.
 */
export type ShardFunction = (key: Key, shardIds: readonly string[]) => number

export const SHARD_FUNCTIONS = {
  /** Jump consistent hash of `key.hash`: a shard added at the end takes keys, and no other key moves. */
  jump: (key, shardIds) => jumpHash(key.hashHalves, shardIds.length),
  /** `key.hash` modulo the number of shards: simple, but most keys move whenever the number changes. */
  modulo: (key, shardIds) => Number(key.hash % BigInt(shardIds.length)),
  /** Highest random weight by the ids of the shards: order does not matter, and any shard can be added or removed. */
  rendezvous: (key, shardIds) => {
    let best = 0
    let bestWeight = -1n
    for (const [index, id] of shardIds.entries()) {
      const weight = mix64(key.hash ^ fnv1a64(id))
      if (weight > bestWeight) {
        bestWeight = weight
        best = index
      }
    }
    return best
  },
  /** `byCharacters` of the first two. */
  prefix: byCharacters({ by: 'prefix', length: 2 }),
  /** `byCharacters` of the last two. */
  suffix: byCharacters({ by: 'suffix', length: 2 }),
  /** `byCharacters` of the two before the last, as Kubo does. */
  'next-to-last': byCharacters({ by: 'next-to-last', length: 2 }),
} as const satisfies Record<string, ShardFunction>

/** The shard functions that have a name. */
export type ShardFunctionName = keyof typeof SHARD_FUNCTIONS

/** A shard function: its name, the text that flatfs uses for it, or the function itself. */
export type ShardFunctionChoice = ShardFunctionName | FlatfsShardText | ShardFunction

/** @throws DatastoreError `CONFIG_INVALID` for the name of an unknown shard function. */
export function shardFunctionOf(by: ShardFunctionChoice): ShardFunction {
  if (typeof by === 'function') return by
  if (Object.hasOwn(SHARD_FUNCTIONS, by)) return SHARD_FUNCTIONS[by as ShardFunctionName]
  if (by.includes('/')) return byCharacters(parseFlatfsShard(by))
  const names = Object.keys(SHARD_FUNCTIONS).join(', ')
  const state = `there is no shard function ${JSON.stringify(by)}; use one of ${names}, a text of flatfs, or a function`
  throw new DatastoreError('CONFIG_INVALID', `Cannot open a sharded store: ${state}`)
}

/**
 * Selects characters of the key's text without its first `/`, as flatfs does with file names, and distributes them over
 * the shards by the jump consistent hash of their FNV-1a 64. Keys with the same characters stay together, and a shard
 * added at the end takes keys from the others only.
 */
function byCharacters(shard: FlatfsShard): ShardFunction {
  return (key, shardIds) =>
    jumpHash(fnv1a64Halves(directoryOf(shard, key.toString().slice(1))), shardIds.length)
}

const MASK = 0xffff_ffff_ffff_ffffn

/** Mixes every bit into the whole word (the finalizer of SplitMix64; source: Steele, Lea, Flood 2014). */
function mix64(word: bigint): bigint {
  let mixed = word
  mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK
  mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & MASK
  return mixed ^ (mixed >> 31n)
}
