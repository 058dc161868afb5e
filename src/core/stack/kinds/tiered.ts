import { z } from 'zod'
import { TieredDatastore } from '../../adapters/tiered/tiered.ts'
import { defineKind } from '../kind.ts'

export const tieredKind = defineKind({
  kind: 'tiered',
  label: 'Tiered',
  help: 'Reads from the first tier that has a key and copies it into the tiers above. The last tier holds everything.',
  schema: z.strictObject({}).meta({ 'x-wrap': { label: 'Put a memory cache in front', before: ['memory'] } }),
  children: 'many',
  childrenField: 'tiers',
  open: async (_options, tiers) => new TieredDatastore(tiers),
})
