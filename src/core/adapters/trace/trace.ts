import { LayeredStore, TRANSPARENT } from '../../layers/layer.ts'
import { commonCodecOf, Datastore, openStoreOf } from '../../open/datastore.ts'
import { OpenStore } from '../../open/open-store.ts'
import { SpanHub } from './open-span.ts'
import type { SpanListener } from './span.ts'

/** The name of a traced store in its spans, and the listener. */
export interface TraceOptions {
  /** The `node` of its spans. Default `store`. */
  readonly name?: string | undefined
  readonly onSpan: SpanListener
}

/**
 * Reports every call on a store when it ends. If traced stores are stacked, the spans say which call was part of which.
 * In a stack every node is already traced: `Stack.trace`.
 */
export function trace<V>(store: Datastore<V>, { name = 'store', onSpan }: TraceOptions): Datastore<V> {
  const hub = new SpanHub()
  hub.listen(onSpan)
  const open = new OpenStore(new LayeredStore(openStoreOf(store), { ...TRANSPARENT, name: 'trace' }))
  open.traceTo({ hub, node: name })
  return new Datastore(open, commonCodecOf([store]))
}
