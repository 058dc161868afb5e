import { z } from 'zod'
import {
  SHARD_FUNCTIONS,
  type ShardFunctionChoice,
  type ShardFunctionName,
} from '../../adapters/sharded/shard-function.ts'
import { ShardedDatastore } from '../../adapters/sharded/sharded.ts'
import type { BinaryDatastore } from '../../datastore.ts'
import { FLATFS_FUNCTIONS, printFlatfsShard } from '../../hash/flatfs-shard.ts'
import { defineKind } from '../kind.ts'

const names = Object.keys(SHARD_FUNCTIONS) as [ShardFunctionName, ...ShardFunctionName[]]

interface Options {
  readonly by: ShardFunctionName
  readonly characters: number
}

export const shardedKind = defineKind({
  kind: 'sharded',
  label: 'Sharded',
  help: 'Spreads keys over several stores, each key in exactly one. The list of shards and its order is part of the data.',
  schema: z
    .strictObject({
      by: z
        .enum(names)
        .default('jump')
        .describe(
          'How a key finds its shard. jump: few keys move when a shard is added at the end. modulo: plain remainder. ' +
            'rendezvous: by the id of each shard, whatever their order. prefix, suffix, next-to-last: by some of its ' +
            'characters, as flatfs does.',
        ),
      characters: z
        .int()
        .min(1)
        .max(999)
        .default(2)
        .describe('The number of characters that prefix, suffix and next-to-last use.'),
    })
    .meta({ 'x-wrap': { label: 'Shard this' }, 'x-places-keys': true }),
  children: 'many',
  childrenField: 'shards',
  isStateless: true,
  placing: {
    state(store) {
      const { isSettled, isResharding } = asSharded(store)
      return isResharding ? 'moving' : isSettled ? 'settled' : 'stopped'
    },
    goesByIds: ({ by }) => by === 'rendezvous',
    async misplaced(store, options, shards, ids, call) {
      const { keys, moves } = await asSharded(store)
        .plan(shards, { ...call, by: functionOf(options), ids })
        .count()
      return { keys: moves, of: keys }
    },
    async move(store, options, shards, ids, call) {
      await asSharded(store).reshard(shards, { ...call, by: functionOf(options), ids })
    },
    async resume(store) {
      await asSharded(store).resume()
    },
  },
  open: async (options, shards, { childIds }) =>
    new ShardedDatastore(shards, { by: functionOf(options), ids: childIds }),
})

function functionOf({ by, characters }: Options): ShardFunctionChoice {
  const flatfs = FLATFS_FUNCTIONS.find(name => name === by)
  return flatfs === undefined ? by : printFlatfsShard({ by: flatfs, length: characters })
}

/** The store that this kind opens. */
function asSharded(store: BinaryDatastore): ShardedDatastore {
  if (store instanceof ShardedDatastore) return store as ShardedDatastore
  throw new TypeError('The kind sharded was asked about the store of another kind')
}
