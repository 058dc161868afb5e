import { z } from 'zod'
import { accuracy, bytes, done, keyText, procedure, sessionId, stat } from '../values.ts'

/** Keys that one call may look up. */
const MAX_LOOKS = 64

const nodeId = z.string().max(1024)

const place = z.strictObject({
  node: nodeId,
  /** The key in this node. */
  key: z.string(),
  isCopy: z.boolean(),
  state: z.enum(['present', 'absent', 'unflushed', 'unflushed-delete', 'failed', 'unknown']),
  stat: stat.optional(),
  valueSize: z.number().optional(),
  /** Places with the same number hold the same value. */
  content: z.number().optional(),
  problem: z.string().optional(),
})
export type PlaceOfKey = z.infer<typeof place>

const keyResidency = z.strictObject({
  key: keyText,
  places: z.array(place),
  agreement: z.enum(['single', 'same', 'different', 'unknown']),
})
export type KeyResidency = z.infer<typeof keyResidency>

/** How much one node holds. */
const count = z.strictObject({
  node: nodeId,
  entries: z.number().optional(),
  bytes: z.number().optional(),
  accuracy,
})
export type NodeCount = z.infer<typeof count>

/** One thing that happened in one node while a value was read, in order. */
const step = z.strictObject({
  node: nodeId,
  /** `passed`: the read did not ask for a copy. `copied`: the node got a copy of what was read. */
  outcome: z.enum(['hit', 'miss', 'failed', 'passed', 'copied', 'not-copied']),
  /** Milliseconds. */
  duration: z.number().optional(),
  bytes: z.number().optional(),
})
export type ReadStep = z.infer<typeof step>

/** What became of one read of a session. */
export const readTrace = z.strictObject({
  session: sessionId,
  key: keyText,
  /** When it began, in milliseconds since 1970. */
  at: z.number(),
  duration: z.number(),
  steps: z.array(step),
  /** The copy that answered had another value than the store. A page is given that of the store. */
  differs: z.boolean().optional(),
})
export type ReadTrace = z.infer<typeof readTrace>

export const residencyProcedures = {
  /** Where the values of keys are. No place is changed by it; see `Stack.residency`. */
  'residency.of': procedure(
    z.strictObject({
      session: sessionId,
      keys: z.array(keyText).min(1).max(MAX_LOOKS),
      /** Whether the values of one key are compared. Default false. */
      compare: z.boolean().optional(),
    }),
    z.strictObject({ looks: z.array(keyResidency) }),
  ),
  /** The value that one place has, at most 16 MiB. */
  'residency.value': procedure(
    z.strictObject({ session: sessionId, node: nodeId, key: keyText }),
    z.strictObject({ bytes, stat }),
  ),
  /** What each node without children holds. A node that does not answer in time is left out. */
  'residency.counts': procedure(
    z.strictObject({ session: sessionId }),
    z.strictObject({
      counts: z.array(count),
    }),
  ),
  /** Starts or stops sending the path of each read to the page (`readTraced`). */
  'reads.follow': procedure(z.strictObject({ session: sessionId, isFollowed: z.boolean() }), done),
  /** Reads a value as a program would, with caches, and reports the path of the read. */
  'reads.again': procedure(z.strictObject({ session: sessionId, key: keyText }), done),
}
