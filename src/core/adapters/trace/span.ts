import type { ErrorCode } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { VERBS } from '../../layers/layer.ts'

/** The calls of a store. `commit` is that of a batch. */
export const SPAN_VERBS = [
  ...VERBS,
  'putNew',
  'getMany',
  'putMany',
  'deleteMany',
  'commit',
  'identity',
] as const

/** One of the calls that spans report. */
export type SpanVerb = (typeof SPAN_VERBS)[number]

/** One call on one store, after it ended. Plain data, except for the keys. */
export interface Span {
  /** Unique in this process. */
  readonly id: number
  /**
   * The span of the call that made this one. It may have ended earlier, because a copy is filled in after its value was
   * read. Absent if no traced call made it: the caller's own calls, and background work of a store.
   */
  readonly parent?: number | undefined
  /** The id of the node in its stack, or the name that was passed to `trace`. */
  readonly node: string
  readonly verb: SpanVerb
  /** The key or the prefix, in the terms of this store; the root if the call is not about one key. */
  readonly key: Key
  /** The new name of a rename. */
  readonly to?: Key | undefined
  /** Milliseconds. For a stream, until its consumer was done with it, including pauses of the consumer. */
  readonly start: number
  /** Milliseconds. Of a stream until its consumer was done with it, pauses of the consumer included. */
  readonly duration: number
  /** `ok`, the code of a `DatastoreError`, or the name of any other error. */
  readonly outcome: 'ok' | ErrorCode | (string & {})
  /** Bytes of values that passed; absent if they are not counted: for objects, and for a streamed put. */
  readonly bytes?: number | undefined
}

/** Called with each span when it ends, so a call is reported after the calls that it waited for. */
export type SpanListener = (span: Span) => void
