import { z } from 'zod'

/** The limits of a memory, as options of a node. */
export const retentionSchema = {
  maxEntries: z
    .number()
    .int()
    .positive()
    .optional()
    .meta({ description: 'The maximum number of values.', 'x-words': 'at most {} entries' }),
  maxBytes: z.number().int().positive().optional().meta({
    description: 'The maximum total size of the values.',
    'x-unit': 'bytes',
    'x-words': 'at most {}',
  }),
  ttl: z.number().positive().optional().meta({
    description: 'How long a value is kept after it was stored.',
    'x-words': 'served for {} ms',
  }),
  policy: z
    .enum(['lru', 'lfu'])
    .default('lru')
    .meta({
      description: 'Which value is evicted first: the least recently or the least frequently used.',
      'x-labels': { lru: 'LRU', lfu: 'LFU' },
    }),
}
