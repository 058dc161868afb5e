import { z } from 'zod'
import { KeyTransformDatastore, lowercase } from '../../adapters/transform/key-transform.ts'
import { nestedPath } from '../../adapters/transform/nested-path.ts'
import { defineKind, onlyChild } from '../kind.ts'

export const lowercaseKind = defineKind({
  kind: 'lowercase',
  label: 'Lower case',
  help: 'Takes keys that differ in case only for one, and keeps them in lower case.',
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
  help: 'Spreads keys over nested levels named by the beginning of their last segment. A listing walks the whole store.',
  schema: z.strictObject({
    depth: z.number().int().min(1).max(16).default(3).describe('How many levels to put in front of a key.'),
    length: z.number().int().min(1).max(16).default(2).describe('How many characters name each level.'),
  }),
  children: 'one',
  childrenField: 'store',
  isStateless: true,
  open: async (options, children, { path }) =>
    new KeyTransformDatastore(onlyChild(children, path), nestedPath(options)),
})
