import { z } from 'zod'
import { TieredDatastore } from '../../adapters/tiered/tiered.ts'
import { defineKind } from '../kind.ts'

export const tieredKind = defineKind({
  kind: 'tiered',
  label: 'Tiered',
  help: 'Reads from the first tier that has a key and copies it into the tiers above. The last tier holds everything.',
  schema: z
    .strictObject({
      mode: z
        .enum(['write-through', 'write-around', 'write-back'])
        .default('write-through')
        .describe(
          'Where a put goes. write-through: to every tier, the last one first. write-around: to the last tier only. ' +
            'write-back: to the first tier, and to the others later; what is unflushed when the process dies is lost.',
        ),
      maxUnflushedEntries: z
        .number()
        .int()
        .positive()
        .optional()
        .meta({
          description: 'write-back: writes that may wait to be flushed; further ones wait. Default 10,000.',
          'x-words': 'at most {} writes waiting',
          'x-applies': { mode: ['write-back'] },
        }),
      maxUnflushedBytes: z
        .number()
        .int()
        .positive()
        .optional()
        .meta({
          description: 'write-back: bytes of values that may wait to be flushed. Default 64 MiB.',
          'x-words': 'at most {} bytes waiting',
          'x-applies': { mode: ['write-back'] },
        }),
    })
    .meta({ 'x-wrap': { label: 'Put a memory cache in front', before: ['memory'] } }),
  children: 'many',
  childrenField: 'tiers',
  data: 'below',
  open: async (options, tiers) => new TieredDatastore(tiers, options),
})
