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
        .meta({
          title: 'Writing',
          description: 'Where a put goes.',
          'x-words': 'writes {}',
          'x-labels': {
            'write-through': 'to every tier at once',
            'write-around': 'to the last tier only',
            'write-back': 'to the first tier, later to the others',
          },
          'x-meanings': {
            'write-through':
              'A put ends when the last tier has the value; the tiers above get a copy (write-through).',
            'write-around': 'Tiers above get their copy when the value is read (write-around).',
            'write-back':
              'A put ends when the first tier has the value (write-back): fast, but what is not flushed when the ' +
              'process dies is lost.',
          },
        }),
      maxUnflushedEntries: z
        .number()
        .int()
        .positive()
        .optional()
        .meta({
          description: 'The maximum number of unflushed writes; further puts wait. Default: 10,000.',
          'x-words': 'at most {} writes waiting',
          'x-applies': { mode: ['write-back'] },
        }),
      maxUnflushedBytes: z
        .number()
        .int()
        .positive()
        .optional()
        .meta({
          description: 'The maximum total size of unflushed values. Default: 64 MiB.',
          'x-unit': 'bytes',
          'x-words': 'at most {} waiting',
          'x-applies': { mode: ['write-back'] },
        }),
    })
    .meta({ 'x-wrap': { label: 'Put a memory cache in front', before: ['memory'] } }),
  children: 'many',
  childrenField: 'tiers',
  data: 'below',
  open: async (options, tiers) => new TieredDatastore(tiers, options),
})
