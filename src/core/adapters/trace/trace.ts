import { LayeredStore, TRANSPARENT } from '../../layers/layer.ts'
import { commonCodecOf, Datastore, openStoreOf } from '../../open/datastore.ts'
import { OpenStore } from '../../open/open-store.ts'
import { SpanHub } from './open-span.ts'
import type { SpanListener } from './span.ts'

/** What a traced store is called in its spans, and who is told of them. */
export interface TraceOptions {
  /** The `node` of its spans. Default `store`. */
  readonly name?: string | undefined
  readonly onSpan: SpanListener
}

/**
 * Reports every call on a store as it ends. Stores that are traced over one another report which call was part of which.
 * In a stack every node is traced already: `Stack.trace`.
 */
export function trace<V>(store: Datastore<V>, { name = 'store', onSpan }: TraceOptions): Datastore<V> {
  const hub = new SpanHub()
  hub.listen(onSpan)
  const open = new OpenStore(new LayeredStore(openStoreOf(store), { ...TRANSPARENT, name: 'trace' }))
  open.traceTo({ hub, node: name })
  return new Datastore(open, commonCodecOf([store]))
}
