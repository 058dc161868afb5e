import type { ErrorCode } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { VERBS } from '../../layers/layer.ts'

/** What a store can be asked for. `commit` is that of a batch. */
export const SPAN_VERBS = [
  ...VERBS,
  'putNew',
  'getMany',
  'putMany',
  'deleteMany',
  'commit',
  'identity',
] as const

/** One of the calls that spans tell of. */
export type SpanVerb = (typeof SPAN_VERBS)[number]

/** One call on one store, as it ended. Plain data, but for the keys. */
export interface Span {
  /** Unique in this process. */
  readonly id: number
  /**
   * The span of the call that made this one, which may have ended before: a copy is filled in after its value was
   * read. Absent where no traced call made it: the caller's own, and what a store does by itself.
   */
  readonly parent?: number | undefined
  /** The id of the node in its stack, or the name that `trace` was given. */
  readonly node: string
  readonly verb: SpanVerb
  /** The key or the prefix, as this store calls it; the root where a call is about no single key. */
  readonly key: Key
  /** The new name of a rename. */
  readonly to?: Key | undefined
  /** Milliseconds since 1970, to the microsecond. Of a stream, its first pull. */
  readonly start: number
  /** Milliseconds. Of a stream until its consumer was done with it, pauses of the consumer included. */
  readonly duration: number
  /** `ok`, the code of a `DatastoreError`, or the name of any other error. */
  readonly outcome: 'ok' | ErrorCode | (string & {})
  /** Bytes of values that went through; absent where they are not counted: objects, and a stream that is put. */
  readonly bytes?: number | undefined
}

/** Told of each span as it ends, so of a call after those that it waited for. */
export type SpanListener = (span: Span) => void
