import { z } from 'zod'
import { CacheDatastore, cache } from '../../adapters/cache.ts'
import { defineKind, onlyChild } from '../kind.ts'
import { retentionSchema } from './retention-schema.ts'

export const cacheKind = defineKind({
  kind: 'cache',
  label: 'Cache',
  help: 'Keeps recently used values of a store in memory, up to a limit.',
  schema: z.strictObject({
    ...retentionSchema,
    negativeTtl: z.number().positive().optional().meta({
      description: 'How long a key that was not found is remembered as absent.',
      'x-words': 'absent keys known for {} ms',
    }),
  }),
  children: 'one',
  childrenField: 'store',
  data: 'below',
  copies: async store => (store instanceof CacheDatastore ? store.copies() : 0),
  open: async (options, children, { path }) => cache(onlyChild(children, path), options),
})
