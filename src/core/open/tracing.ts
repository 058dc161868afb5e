import { OpenSpan, SpanHub } from '../adapters/trace/open-span.ts'
import type { SpanVerb } from '../adapters/trace/span.ts'
import { tracedStream } from '../adapters/trace/traced-stream.ts'
import { byteLengthOf } from '../bytes.ts'
import type { Key } from '../key.ts'
import type { Call, Maybe } from './call.ts'
import { REFUSALS, refusedOf } from './refusals.ts'
import type { BranchMoved, ByteStream, Found } from './store.ts'

/** The hub of a store that is in no stack and under no `trace`: it has no listeners. */
export const SILENT_HUB = new SpanHub()

/** The hub for the spans of a store, and the name of the store in them. */
export interface Tracing {
  readonly hub: SpanHub
  readonly node: string
}

export const UNTRACED: Tracing = { hub: SILENT_HUB, node: 'store' }

/** What a span reports about the answer of its call. */
export interface SpanResult<T> {
  readonly size?: (answer: T) => number | undefined
  readonly outcome?: (answer: T) => string
}

const outcome = (answer: unknown): string => {
  const refused = refusedOf(answer)
  return refused === undefined ? 'ok' : REFUSALS[refused].code
}

/** The name of a call, in messages and in spans. */
export interface CallName<T> {
  readonly action: string
  readonly verb: SpanVerb
  readonly to?: Key | undefined
  readonly result?: SpanResult<T> | undefined
  /** The call is about the store as a whole, so messages name no key. */
  readonly isOfStore?: boolean | undefined
}

const result = { outcome }

export const CALLS = {
  read: {
    action: 'get',
    verb: 'get',
    result: { size: (found: Found | undefined) => found?.bytes.length, outcome },
  },
  stat: { action: 'stat', verb: 'stat', result },
  has: { action: 'look up', verb: 'has' },
  put: { action: 'put', verb: 'put', result },
  remove: { action: 'delete', verb: 'delete', result },
  move: { action: 'rename', verb: 'rename', result },
  batch: { action: 'commit a batch', verb: 'commit', isOfStore: true },
  list: { action: 'list', verb: 'list' },
  stats: { action: 'count', verb: 'stats', isOfStore: true },
  sync: { action: 'sync', verb: 'sync' },
  prune: { action: 'prune', verb: 'prune' },
  moveBranch: {
    action: 'move the branch',
    verb: 'moveBranch',
    result: { outcome: (moved: BranchMoved): string => (moved === 'moved' ? 'ok' : moved) },
  },
  discardBranch: { action: 'discard', verb: 'prune' },
  branchFolder: { action: 'find the folder of', verb: 'identity' },
  // Spans and layers know no verbs for versions, and report the verb of a similar call.
  versions: { action: 'list the versions of', verb: 'list' },
  readVersion: {
    action: 'get a version of',
    verb: 'get',
    result: { size: (bytes: Uint8Array | undefined) => bytes?.length },
  },
  identity: { action: 'find the place of', verb: 'identity' },
} as const

export function spanOf({ hub, node }: Tracing, verb: SpanVerb, key: Key, call: Call, to?: Key): OpenSpan {
  return new OpenSpan(hub, node, { verb, key, parent: call.span, to })
}

/** Makes a call in a span that ends with it. */
export function inSpan<T>(
  span: OpenSpan,
  call: Call,
  work: (call: Call) => Maybe<T>,
  { size, outcome }: SpanResult<T> = {},
): Maybe<T> {
  return answered(span, call, work, answer => {
    span.count(size?.(answer))
    span.end(outcome?.(answer))
    return answer
  })
}

/** Opens a stream in a span that ends with the stream. */
export function streamInSpan(
  span: OpenSpan,
  call: Call,
  work: (call: Call) => Maybe<ByteStream | undefined>,
): Maybe<ByteStream | undefined> {
  return answered(span, call, work, chunks => {
    if (chunks !== undefined) return tracedStream(toAsync(chunks), span, byteLengthOf)
    span.end('NOT_FOUND')
    return undefined
  })
}

function answered<T>(
  span: OpenSpan,
  call: Call,
  work: (call: Call) => Maybe<T>,
  end: (answer: T) => T,
): Maybe<T> {
  const fail = (error: unknown): never => {
    span.fail(error)
    throw error
  }
  let answer: Maybe<T>
  try {
    answer = work(call.within(span))
  } catch (error) {
    return fail(error)
  }
  return answer instanceof Promise ? answer.then(end, fail) : end(answer)
}

/** Chunks as an async iterable. Closing it closes the source, even if nothing was read. */
function toAsync(chunks: ByteStream): AsyncIterable<Uint8Array> {
  return Symbol.asyncIterator in chunks ? chunks : eachOf(chunks)
}

async function* eachOf(chunks: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* chunks
}
