import { z } from 'zod'
import { readOnly } from '../../adapters/read-only.ts'
import { ConfigError } from '../config-error.ts'
import { defineKind } from '../kind.ts'

export const readOnlyKind = defineKind({
  kind: 'read-only',
  label: 'Read-only',
  help: 'Shows the store below and refuses every write to it.',
  schema: z.strictObject({}),
  children: 'one',
  childrenField: 'store',
  open: async (_options, [store], { path }) => {
    if (store === undefined) throw new ConfigError(path, 'it needs one store below')
    return readOnly(store)
  },
})
