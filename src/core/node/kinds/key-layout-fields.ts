import { z } from 'zod'

/** The options of every kind over an engine that say how keys stand in it. */
export const keyLayoutFields = {
  layout: z
    .enum(['strata', 'path'])
    .optional()
    .describe(
      'strata: every key, in order. path: what other programs wrote, as text with a separator. Default: what is found; ' +
        'strata in an empty place.',
    ),
  separator: z
    .string()
    .min(1, 'it needs a character or more')
    .optional()
    .describe('path alone: what divides the segments of a key. Default: /'),
  leading: z
    .boolean()
    .optional()
    .describe('path alone: whether keys begin with the separator. Default: yes for /, else no.'),
  prefix: z.string().optional().describe('path alone: what every key begins with; others are not shown.'),
}
