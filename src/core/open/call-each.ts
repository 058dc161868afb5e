import type { SpanVerb } from '../adapters/trace/span.ts'
import { tracedStream } from '../adapters/trace/traced-stream.ts'
import { untilAborted } from '../concurrency/abortable.ts'
import type { CallOptions } from '../datastore.ts'
import { Key } from '../key.ts'
import { Call } from './call.ts'
import type { OpenStore } from './open-store.ts'

/** Makes a call for each item, one after another in one span. Once they have begun, `close` waits for all of them. */
export function callEach<T, R>(
  open: OpenStore,
  verb: SpanVerb,
  action: string,
  items: Iterable<T> | AsyncIterable<T>,
  options: CallOptions,
  work: (item: T, call: Call) => Promise<R>,
  sizeOf: (result: R) => number | undefined,
): AsyncIterable<R> {
  const run = async function* (own: CallOptions): AsyncIterable<R> {
    const leave = open.beginMany(action)
    try {
      const call = Call.from(own).partIn(open)
      for await (const item of untilAborted(items, own.signal, action)) yield work(item, call)
    } finally {
      leave()
    }
  }
  const span = open.spanOf(verb, Key.root, Call.from(options))
  return span === undefined ? run(options) : tracedStream(run({ ...options, span }), span, sizeOf)
}
