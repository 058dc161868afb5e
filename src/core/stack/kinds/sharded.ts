import { z } from 'zod'
import { SHARD_FUNCTIONS, type ShardFunctionName } from '../../adapters/sharded/shard-function.ts'
import { ShardedDatastore } from '../../adapters/sharded/sharded.ts'
import { FLATFS_FUNCTIONS, printFlatfsShard } from '../../hash/flatfs-shard.ts'
import { defineKind } from '../kind.ts'

const names = Object.keys(SHARD_FUNCTIONS) as [ShardFunctionName, ...ShardFunctionName[]]

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
        .describe('How many characters prefix, suffix and next-to-last take.'),
    })
    .meta({ 'x-wrap': { label: 'Shard this' }, 'x-places-keys': true }),
  children: 'many',
  childrenField: 'shards',
  open: async ({ by, characters }, shards, { childIds }) => {
    const flatfs = FLATFS_FUNCTIONS.find(name => name === by)
    const chosen = flatfs === undefined ? by : printFlatfsShard({ by: flatfs, length: characters })
    return new ShardedDatastore(shards, { by: chosen, ids: childIds })
  },
})
