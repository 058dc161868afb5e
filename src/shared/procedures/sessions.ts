import { z } from 'zod'
import { ENVIRONMENTS } from '../contract-constants.ts'
import { done, nothing, procedure, sessionId } from '../values.ts'

/** Where a session's stack comes from. */
export const source = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('folder'), path: z.string().min(1) }),
  z.strictObject({ type: z.literal('stackFile'), path: z.string().min(1) }),
  z.strictObject({
    type: z.literal('document'),
    document: z.unknown(),
    /**
     * The file that the document is saved in, if any. Relative paths in the document are resolved against its folder.
     */
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
  /** The path of the node in the document, such as `root.tiers[1]`. */
  path: z.string(),
  depth: z.number().int(),
})

/** The status of the servers and the data of a session. Empty if all is well. */
export const sessionStatus = z.strictObject({
  /** An unreachable server, the first one that was lost. The session reconnects automatically. */
  lost: z.strictObject({ since: z.number(), reason: z.string() }).optional(),
  /** Keys found so far, and their approximate total. Counts are lower bounds until the index is complete. */
  indexing: z.strictObject({ keys: z.number(), of: z.number().optional() }).optional(),
})
export type SessionStatus = z.infer<typeof sessionStatus>

export const sessionInfo = z.strictObject({
  id: sessionId,
  name: z.string(),
  source,
  /** Whether the session is locked: every write is refused below the API. */
  isReadOnly: z.boolean(),
  environment: z.enum(ENVIRONMENTS),
  /** Whether the stack could be written if it were not locked. */
  isWritable: z.boolean(),
  /** Whether an edit keeps the time to live of a value. Otherwise it makes the value permanent. */
  keepsExpiry: z.boolean(),
  /** The running stack document, with an id on every node. */
  document: z.record(z.string(), z.unknown()),
  nodes: z.array(stackNode),
  status: sessionStatus,
})
export type SessionInfo = z.infer<typeof sessionInfo>

const plannedNode = z.object({
  id: z.string(),
  kind: z.string(),
  label: z.string(),
  path: z.string(),
  fate: z.enum(['kept', 'rewired', 'changed', 'new', 'gone']),
})

/** What a change of a stack does to each of its nodes, and which data it would lose or hide. */
const stackPlan = z.strictObject({
  /** The running document, with an id on every node. */
  running: z.unknown(),
  /** The new document, with an id on every node. */
  document: z.unknown(),
  /** Every node of the new stack, each before its children, then the nodes that are removed. */
  nodes: z.array(plannedNode).readonly(),
  /** Nodes whose values exist nowhere else and would be lost. */
  lost: z.array(plannedNode.extend({ entries: z.number().optional() })).readonly(),
  /** Nodes that would drop copies of values that also exist below them. */
  dropped: z.array(plannedNode.extend({ entries: z.number().optional() })).readonly(),
  /** Nodes that would serve copies of other data than those below them. */
  stale: z.array(plannedNode).readonly(),
  /** Nodes that would look for this many keys, out of a total, in the wrong place. */
  misplaced: z.array(plannedNode.extend({ keys: z.number(), of: z.number() })).readonly(),
})
export type StackPlanInfo = z.infer<typeof stackPlan>

/** What may happen to data that a change of a stack would lose or hide. */
const decisions = z.strictObject({
  discard: z.boolean().optional(),
  keepStale: z.boolean().optional(),
  misplaced: z.enum(['move', 'leave']).optional(),
})
export type Decisions = z.infer<typeof decisions>

/** What a typed, pasted or dropped text names. */
const recognised = z.strictObject({
  source,
  /** `Redis at cache.example.org:6379/0, as app` */
  title: z.string(),
  /** Absent for a stack file. */
  kind: z.string().optional(),
})
export type Recognised = z.infer<typeof recognised>

const right = z.boolean().optional()

/** Whether a stack can be opened, and what it contains. It contains no secret. */
const connectionReport = z.strictObject({
  ok: z.boolean(),
  steps: z
    .array(
      z.strictObject({
        name: z.enum(['reach', 'encrypt', 'sign-in', 'server', 'topology', 'keys', 'latency']),
        ok: z.boolean(),
        detail: z.string(),
      }),
    )
    .readonly(),
  rights: z.strictObject({ read: right, write: right, delete: right, expiry: right, liveChanges: right }),
})
export type ConnectionReportInfo = z.infer<typeof connectionReport>

export const sessionProcedures = {
  /** Tests a document without creating a session or changing anything. */
  'sessions.test': procedure(z.strictObject({ document: z.unknown() }), connectionReport),
  /**
   * The source for a path, an address or `kind:path`: a folder, a stack file, a database. The password of an address is
   * removed. `NOT_FOUND` if it does not exist, `UNSUPPORTED` if nothing opens it.
   */
  'sessions.recognise': procedure(z.strictObject({ text: z.string().min(1).max(32_768) }), recognised),
  /** Opens a stack. Opening the same folder or file again returns the session that is already open. */
  'sessions.open': procedure(z.strictObject({ source, isReadOnly: z.boolean().optional() }), sessionInfo),
  'sessions.list': procedure(nothing, z.strictObject({ sessions: z.array(sessionInfo) })),
  'sessions.close': procedure(z.strictObject({ session: sessionId }), done),
  /** Call when the window gets the focus. Updates what the window shows, unless the store reports changes by others. */
  'sessions.lookAgain': procedure(z.strictObject({ session: sessionId }), done),
  'sessions.setReadOnly': procedure(
    z.strictObject({ session: sessionId, isReadOnly: z.boolean() }),
    sessionInfo,
  ),
  /** Marks the stack of a session. A stack that becomes production is locked. */
  'sessions.setEnvironment': procedure(
    z.strictObject({ session: sessionId, environment: z.enum(ENVIRONMENTS) }),
    sessionInfo,
  ),
  /** What `sessions.apply` would do; nothing is changed. */
  'sessions.plan': procedure(z.strictObject({ session: sessionId, document: z.unknown() }), stackPlan),
  /**
   * Changes the session's stack to `document`. If that fails, the old stack stays in use. `CONFLICT` if data would be
   * lost or hidden without a decision.
   */
  'sessions.apply': procedure(
    z.strictObject({ session: sessionId, document: z.unknown(), decisions: decisions.optional() }),
    sessionInfo,
  ),
}
