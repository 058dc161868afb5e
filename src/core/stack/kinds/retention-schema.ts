import { z } from 'zod'

/** The limits of a memory, as options of a node. */
export const retentionSchema = {
  maxEntries: z
    .number()
    .int()
    .positive()
    .optional()
    .meta({ description: 'How many values it keeps at the most.', 'x-words': 'at most {} entries' }),
  maxBytes: z.number().int().positive().optional().meta({
    description: 'How large the values that it keeps may be together.',
    'x-unit': 'bytes',
    'x-words': 'at most {}',
  }),
  ttl: z.number().positive().optional().meta({
    description: 'How long a value is served after it was stored.',
    'x-words': 'served for {} ms',
  }),
  policy: z
    .enum(['lru', 'lfu'])
    .default('lru')
    .meta({
      description: 'What goes first when room is needed: the least recently or the least frequently used.',
      'x-labels': { lru: 'LRU', lfu: 'LFU' },
    }),
}
