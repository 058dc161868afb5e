import { z } from 'zod'
import { failure, keyText, nothing, procedure, sessionId } from '../values.ts'

export const jobRequest = z.discriminatedUnion('type', [
  /** Counts the keys and bytes at and below `prefix`. */
  z.strictObject({ type: z.literal('count'), prefix: keyText }),
  /** Deletes every key at and below `prefix`. */
  z.strictObject({ type: z.literal('deleteBranch'), prefix: keyText }),
  /** Renames every key at and below `from` to stand below `to`; a key that exists there is never replaced. */
  z.strictObject({ type: z.literal('moveBranch'), from: keyText, to: keyText }),
])
export type JobRequest = z.infer<typeof jobRequest>

export const jobInfo = z.strictObject({
  id: z.string(),
  session: sessionId,
  request: jobRequest,
  title: z.string(),
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  /** Keys handled so far. */
  done: z.number().int(),
  /** Bytes of values seen so far (`count`). */
  bytes: z.number(),
  /** Keys to handle, once known. */
  total: z.number().int().optional(),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  error: failure.optional(),
})
export type JobInfo = z.infer<typeof jobInfo>

export const jobProcedures = {
  'jobs.start': procedure(z.strictObject({ session: sessionId, request: jobRequest }), jobInfo),
  'jobs.list': procedure(nothing, z.strictObject({ jobs: z.array(jobInfo) })),
  /** Asks a job to stop; resolves with its state once it has. */
  'jobs.cancel': procedure(z.strictObject({ job: z.string() }), jobInfo),
}
