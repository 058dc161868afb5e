import { z } from 'zod'
import { KeyTransformDatastore, lowercase } from '../../adapters/transform/key-transform.ts'
import { nestedPath } from '../../adapters/transform/nested-path.ts'
import { defineKind, onlyChild } from '../kind.ts'

export const lowercaseKind = defineKind({
  kind: 'lowercase',
  label: 'Lower case',
  help: 'Treats keys that differ only in case as one key, stored in lower case.',
  schema: z.strictObject({}),
  children: 'one',
  childrenField: 'store',
  isStateless: true,
  open: async (_options, children, { path }) =>
    new KeyTransformDatastore(onlyChild(children, path), lowercase),
})

export const nestedPathKind = defineKind({
  kind: 'nested-path',
  label: 'Nested path',
  help: 'Stores each key below nested levels named after the first characters of its last segment. Listing walks the whole store.',
  schema: z.strictObject({
    depth: z.number().int().min(1).max(16).default(3).describe('The number of levels.'),
    length: z
      .number()
      .int()
      .min(1)
      .max(16)
      .default(2)
      .describe('The number of characters in the name of each level.'),
  }),
  children: 'one',
  childrenField: 'store',
  isStateless: true,
  open: async (options, children, { path }) =>
    new KeyTransformDatastore(onlyChild(children, path), nestedPath(options)),
})
