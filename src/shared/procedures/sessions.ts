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

/** How the servers and the data of a session are. Nothing is set where all is well. */
export const sessionStatus = z.strictObject({
  /** A server that cannot be reached, the first one that was lost. The session tries again by itself. */
  lost: z.strictObject({ since: z.number(), reason: z.string() }).optional(),
  /** Keys that were found so far, and how many there are about; counts are lower bounds until then. */
  indexing: z.strictObject({ keys: z.number(), of: z.number().optional() }).optional(),
})
export type SessionStatus = z.infer<typeof sessionStatus>

export const sessionInfo = z.strictObject({
  id: sessionId,
  name: z.string(),
  source,
  /** The lock of the session: on, every write is refused below the API. */
  isReadOnly: z.boolean(),
  /** Whether the stack itself could be written if it were not locked. */
  isWritable: z.boolean(),
  /** Whether an edit of a value keeps its time to live; elsewhere it makes the value permanent. */
  keepsExpiry: z.boolean(),
  /** The stack document that runs, with an id on every node. */
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
  /** The document that the stack runs, with an id on every node. */
  running: z.unknown(),
  /** The document that was asked about, with an id on every node. */
  document: z.unknown(),
  /** Every node of the new stack, each before its children, then those that go. */
  nodes: z.array(plannedNode).readonly(),
  /** Nodes whose values are nowhere else and would be gone. */
  lost: z.array(plannedNode.extend({ entries: z.number().optional() })).readonly(),
  /** Nodes that would drop copies of values that are also below them. */
  dropped: z.array(plannedNode.extend({ entries: z.number().optional() })).readonly(),
  /** Nodes that would serve copies of other data than those below them. */
  stale: z.array(plannedNode).readonly(),
  /** Nodes that would look for so many keys, of so many, where they are not. */
  misplaced: z.array(plannedNode.extend({ keys: z.number(), of: z.number() })).readonly(),
})
export type StackPlanInfo = z.infer<typeof stackPlan>

/** What may become of data that a change of a stack would lose or hide. */
const decisions = z.strictObject({
  discard: z.boolean().optional(),
  keepStale: z.boolean().optional(),
  misplaced: z.enum(['move', 'leave']).optional(),
})
export type Decisions = z.infer<typeof decisions>

/** What a text names that a person typed, pasted or dropped. */
const recognised = z.strictObject({
  source,
  /** `Redis at cache.example.org:6379/0, as app` */
  title: z.string(),
  /** Absent for a stack file. */
  kind: z.string().optional(),
})
export type Recognised = z.infer<typeof recognised>

const right = z.boolean().optional()

/** Whether a stack can be opened, and what is there. It holds no secret. */
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
  /** Tries what a document names, without a session of it and without changing anything there. */
  'sessions.test': procedure(z.strictObject({ document: z.unknown() }), connectionReport),
  /**
   * What a path, an address or `kind:path` names: a folder, a stack file, a database. An address goes without its
   * password. `NOT_FOUND` where nothing is there, `UNSUPPORTED` where nothing opens it.
   */
  'sessions.recognise': procedure(z.strictObject({ text: z.string().min(1).max(32_768) }), recognised),
  /** Opens a stack. Opening the same folder or file again gives the session that is open already. */
  'sessions.open': procedure(z.strictObject({ source, isReadOnly: z.boolean().optional() }), sessionInfo),
  'sessions.list': procedure(nothing, z.strictObject({ sessions: z.array(sessionInfo) })),
  'sessions.close': procedure(z.strictObject({ session: sessionId }), done),
  'sessions.setReadOnly': procedure(
    z.strictObject({ session: sessionId, isReadOnly: z.boolean() }),
    sessionInfo,
  ),
  /** What `sessions.apply` would do; nothing is changed. */
  'sessions.plan': procedure(z.strictObject({ session: sessionId, document: z.unknown() }), stackPlan),
  /**
   * Changes the session's stack into `document`; where that fails the old stack goes on serving. `CONFLICT` where data
   * would be lost or hidden and nothing was decided of them.
   */
  'sessions.apply': procedure(
    z.strictObject({ session: sessionId, document: z.unknown(), decisions: decisions.optional() }),
    sessionInfo,
  ),
}
