import { z } from 'zod'
import { failure, keyText, nothing, procedure, sessionId } from '../values.ts'
import { conflictChoices, manyAction, manyPreview, manyResult } from './many.ts'

export const jobRequest = z.discriminatedUnion('type', [
  /** Counts the keys and bytes at and below `prefix`. */
  z.strictObject({ type: z.literal('count'), prefix: keyText }),
  /** Looks through what an action would touch, and changes nothing. */
  z.strictObject({ type: z.literal('previewMany'), action: manyAction }),
  z.strictObject({
    type: z.literal('many'),
    action: manyAction,
    conflicts: conflictChoices,
    /** Keys that its preview found. */
    expected: z.number().int().nonnegative().optional(),
  }),
  /** Files that a page puts into a branch. Pages begin it by `files.open`. */
  z.strictObject({ type: z.literal('putFiles'), prefix: keyText, files: z.number().int().nonnegative() }),
  /** Takes a job back, or makes it again. Pages ask for it by `history.undo` and `history.redo`. */
  z.strictObject({ type: z.literal('undo'), action: z.enum(['undo', 'redo']), entry: z.number().int() }),
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
  /** Bytes of values seen so far. */
  bytes: z.number(),
  /** Keys to handle, once known. */
  total: z.number().int().optional(),
  /** What a `previewMany` found so far. */
  preview: manyPreview.optional(),
  /** What an action came to, so far. */
  result: manyResult.optional(),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  error: failure.optional(),
  /** The entry of the history by which what it changed can be taken back. */
  entry: z.number().int().optional(),
})
export type JobInfo = z.infer<typeof jobInfo>

export const jobProcedures = {
  'jobs.start': procedure(z.strictObject({ session: sessionId, request: jobRequest }), jobInfo),
  'jobs.list': procedure(nothing, z.strictObject({ jobs: z.array(jobInfo) })),
  /** Asks a job to stop; resolves with its state once it has. */
  'jobs.cancel': procedure(z.strictObject({ job: z.string() }), jobInfo),
}
