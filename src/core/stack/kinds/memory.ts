import { z } from 'zod'
import { MemoryDatastore } from '../../stores/memory.ts'
import { defineKind } from '../kind.ts'
import { retentionSchema } from './retention-schema.ts'

export const memoryKind = defineKind({
  kind: 'memory',
  label: 'Memory',
  help: 'Keeps values in the memory of this process. Fast, and gone when the stack closes. With limits it gives up values.',
  schema: z.strictObject(retentionSchema),
  children: 'none',
  open: async options => new MemoryDatastore(options),
})
