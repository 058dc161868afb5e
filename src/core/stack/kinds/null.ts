import { z } from 'zod'
import { NullDatastore } from '../../stores/null.ts'
import { defineKind } from '../kind.ts'

export const nullKind = defineKind({
  kind: 'null',
  label: 'Null',
  help: 'Accepts every write and stores nothing. For tests and measurements.',
  schema: z.strictObject({}),
  children: 'none',
  open: async () => new NullDatastore(),
})
