import { z } from 'zod'
import { MemoryDatastore } from '../../stores/memory.ts'
import { defineKind } from '../kind.ts'

export const memoryKind = defineKind({
  kind: 'memory',
  label: 'Memory',
  help: 'Keeps values in the memory of this process. Fast, and gone when the stack closes.',
  schema: z.strictObject({}),
  children: 'none',
  open: async () => new MemoryDatastore(),
})
