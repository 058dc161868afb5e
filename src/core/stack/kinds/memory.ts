import { z } from 'zod'
import { MemoryDatastore } from '../../stores/memory.ts'
import { defineKind } from '../kind.ts'
import { retentionSchema } from './retention-schema.ts'

export const memoryKind = defineKind({
  kind: 'memory',
  label: 'Memory',
  help: 'Keeps values in the memory of this process. Fast; the values are lost when the stack closes. With a limit, values are evicted.',
  schema: z.strictObject(retentionSchema),
  children: 'none',
  open: async options => new MemoryDatastore(options),
})
