import { z } from 'zod'
import { readOnly } from '../../layers/lock.ts'
import { defineKind, onlyChild } from '../kind.ts'

export const readOnlyKind = defineKind({
  kind: 'read-only',
  label: 'Read-only',
  help: 'Shows the store below and refuses every write to it.',
  schema: z.strictObject({}).meta({ 'x-wrap': { label: 'Make read-only' } }),
  children: 'one',
  childrenField: 'store',
  data: 'below',
  isStateless: true,
  open: async (_options, children, { path }) => readOnly(onlyChild(children, path)),
})
