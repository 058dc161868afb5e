import { z } from 'zod'

/** The options of kinds over engines that describe how keys are stored. */
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
    .describe('Layout path only: the text between the segments of a key. Default: /'),
  leading: z
    .boolean()
    .optional()
    .describe('Layout path only: whether keys begin with the separator. Default: yes for /, otherwise no.'),
  prefix: z
    .string()
    .optional()
    .describe('Layout path only: every key begins with this text. Other keys are not shown.'),
}

/** The same of engines that hold names in no order, which other programs divide by a colon. */
export const nameLayoutFields = {
  layout: z
    .enum(['strata', 'path'])
    .optional()
    .describe('strata: any key. path: the names of other programs. Default: what is found there.'),
  separator: z
    .string()
    .regex(/^[\0-\x7f]+$/, 'it should be one or more ASCII characters')
    .optional()
    .describe('Layout path: the text between the segments of a name. Default: a colon.'),
  leading: z
    .boolean()
    .optional()
    .describe('Layout path: whether names begin with the separator. Default: yes for /, otherwise no.'),
  prefix: z
    .string()
    .min(1, 'it should be a text that names begin with')
    .optional()
    .describe('Every name begins with this text. Other names are not shown.'),
}
