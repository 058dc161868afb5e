import { z } from 'zod'
import { FORMATS, UNPACKINGS } from '../../core/values/pipeline.ts'
import { TEXT_ENCODINGS } from '../../core/values/text-encodings.ts'
import { bytes, callBytes, procedure } from '../values.ts'

const stage = z.enum([...UNPACKINGS, ...TEXT_ENCODINGS, ...FORMATS])
const stages = z.array(stage).max(12)

const image = z.strictObject({
  type: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/svg+xml']),
  size: z.strictObject({ width: z.number(), height: z.number() }).optional(),
})

export const valueProcedures = {
  /** Sends bytes through a pipeline: `choice`, then what is detected. What cannot be decoded is an answer, too. */
  'values.decode': procedure(
    z.strictObject({ bytes: callBytes, name: z.string().max(65_536), choice: stages }),
    z.strictObject({
      pipeline: stages,
      shown: bytes,
      sizes: z.array(z.number()),
      image: image.optional(),
      readOnly: z.string().optional(),
      problem: z.string().optional(),
    }),
  ),
  /** Sends what is shown back through the pipeline by which `stored` was decoded. `VALUE_INVALID` says why it cannot go. */
  'values.encode': procedure(
    z.strictObject({ shown: callBytes, pipeline: stages, stored: callBytes }),
    z.strictObject({ bytes }),
  ),
}
