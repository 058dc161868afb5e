import { z } from 'zod'
import { done, nothing, procedure, sessionId } from '../values.ts'

/** Where a session's stack comes from. */
export const source = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('folder'), path: z.string().min(1) }),
  z.strictObject({ type: z.literal('stackFile'), path: z.string().min(1) }),
  z.strictObject({
    type: z.literal('document'),
    document: z.unknown(),
    /** The file the document is saved in, if any; relative paths in the document start from its folder. */
    path: z.string().min(1).optional(),
  }),
  z.strictObject({ type: z.literal('sample') }),
])
export type Source = z.infer<typeof source>

/** One node of a running stack. */
export const stackNode = z.strictObject({
  id: z.string(),
  kind: z.string(),
  label: z.string(),
  /** Where the node stands in the document, as `root.tiers[1]`. */
  path: z.string(),
  depth: z.number().int(),
})

export const sessionInfo = z.strictObject({
  id: sessionId,
  name: z.string(),
  source,
  /** The lock of the session: on, every write is refused below the API. */
  isReadOnly: z.boolean(),
  /** Whether the stack itself could be written if it were not locked. */
  isWritable: z.boolean(),
  /** The stack document that runs, with an id on every node. */
  document: z.record(z.string(), z.unknown()),
  nodes: z.array(stackNode),
})
export type SessionInfo = z.infer<typeof sessionInfo>

export const sessionProcedures = {
  /** Opens a stack. Opening the same folder or file again gives the session that is open already. */
  'sessions.open': procedure(z.strictObject({ source, isReadOnly: z.boolean().optional() }), sessionInfo),
  'sessions.list': procedure(nothing, z.strictObject({ sessions: z.array(sessionInfo) })),
  'sessions.close': procedure(z.strictObject({ session: sessionId }), done),
  'sessions.setReadOnly': procedure(
    z.strictObject({ session: sessionId, isReadOnly: z.boolean() }),
    sessionInfo,
  ),
  /**
   * Opens `document` in place of the session's stack; when that fails the old stack goes on serving. `CONFLICT` when
   * values that only memory holds would go, which `discardMemory` allows.
   */
  'sessions.apply': procedure(
    z.strictObject({ session: sessionId, document: z.unknown(), discardMemory: z.boolean().optional() }),
    sessionInfo,
  ),
}
