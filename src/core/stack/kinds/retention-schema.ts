import { z } from 'zod'

/** How much a memory keeps, as options of a node. */
export const retentionSchema = {
  maxEntries: z.number().int().positive().optional().describe('How many values it keeps at the most.'),
  maxBytes: z.number().int().positive().optional().describe('How many bytes of values it keeps at the most.'),
  ttl: z.number().positive().optional().describe('Milliseconds that a value is served after it was stored.'),
  policy: z
    .enum(['lru', 'lfu'])
    .default('lru')
    .describe('What goes first when room is needed: the least recently or the least frequently used.'),
}
