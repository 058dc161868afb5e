import { OpenSpan, SpanHub } from '../adapters/trace/open-span.ts'
import type { SpanVerb } from '../adapters/trace/span.ts'
import type { Key } from '../key.ts'
import type { Call, Maybe } from './call.ts'
import { REFUSALS, refusedOf } from './refusals.ts'
import type { Found } from './store.ts'

/** The hub of a store that is in no stack and under no `trace`: nobody listens. */
export const SILENT_HUB = new SpanHub()

/** Who hears of the calls of a store, and what they call it. */
export interface Tracing {
  readonly hub: SpanHub
  readonly node: string
}

export const UNTRACED: Tracing = { hub: SILENT_HUB, node: 'store' }

/** What a span says of the answer of its call. */
export interface Told<T> {
  readonly size?: (answer: T) => number | undefined
  readonly outcome?: (answer: T) => string
}

const outcome = (answer: unknown): string => {
  const refused = refusedOf(answer)
  return refused === undefined ? 'ok' : REFUSALS[refused].code
}

export const TOLD_OF = {
  read: { size: (found: Found | undefined) => found?.bytes.length, outcome },
  other: { outcome },
} as const

export function spanOf({ hub, node }: Tracing, verb: SpanVerb, key: Key, call: Call, to?: Key): OpenSpan {
  return new OpenSpan(hub, node, { verb, key, parent: call.span, to })
}

/** Makes a call as part of a span that ends with it. */
export function inSpan<T>(
  span: OpenSpan,
  call: Call,
  work: (call: Call) => Maybe<T>,
  { size, outcome }: Told<T> = {},
): Maybe<T> {
  const end = (answer: T): T => {
    span.count(size?.(answer))
    span.end(outcome?.(answer))
    return answer
  }
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
