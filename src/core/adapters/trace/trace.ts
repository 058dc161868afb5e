import type { Datastore } from '../../datastore.ts'
import type { SpanListener } from './span.ts'
import { SpanHub } from './span-hub.ts'
import { TracedDatastore } from './traced.ts'

/** What a traced store is called in its spans, and who hears of them. */
export interface TraceOptions {
  /** The `node` of its spans. Default `store`. */
  readonly name?: string | undefined
  readonly onSpan: SpanListener
}

/**
 * Tells of every call on a store as it ends. Stores that are traced over one another tell which call was part of which.
 * In a stack every node is traced already: `Stack.trace`.
 */
export function trace<V>(store: Datastore<V>, { name = 'store', onSpan }: TraceOptions): Datastore<V> {
  const hub = new SpanHub()
  hub.listen(onSpan)
  return new TracedDatastore(store, name, hub)
}
