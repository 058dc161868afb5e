import { z } from 'zod'
import { SHARD_FUNCTIONS, type ShardFunctionName } from '../../adapters/shard-function.ts'
import { ShardedDatastore } from '../../adapters/sharded.ts'
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
            'rendezvous: by the id of each shard, whatever their order.',
        ),
    })
    .meta({ 'x-wrap': { label: 'Shard this' } }),
  children: 'many',
  childrenField: 'shards',
  open: async ({ by }, shards, { childIds }) => new ShardedDatastore(shards, { by, ids: childIds }),
})
