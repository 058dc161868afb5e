import type { OpenSpan } from '../adapters/trace/open-span.ts'
import type { SpanVerb } from '../adapters/trace/span.ts'
import type { Key } from '../key.ts'
import { LayeredStore, TRANSPARENT } from '../layers/layer.ts'
import type { Call } from './call.ts'
import { OpenStore } from './open-store.ts'

/**
 * The open store through which callers use a node. The nodes of a stack call each other without it. So calls from outside
 * can wait while a stack changes, and the nodes continue to call each other. Spans are reported by the node itself.
 */
export class NodeProxy extends OpenStore {
  readonly #closing: (() => Promise<void>) | undefined
  readonly #target: LayeredStore
  #node: OpenStore

  /** @param closing Work that `close` starts and waits for before it closes the proxy. */
  constructor(node: OpenStore, closing?: () => Promise<void>) {
    const target = new LayeredStore(node, TRANSPARENT)
    super(target)
    this.#target = target
    this.#node = node
    this.#closing = closing
  }

  /** The node that calls are passed to. */
  get node(): OpenStore {
    return this.#node
  }

  /** Passes calls to another node from now on. */
  redirectTo(node: OpenStore): void {
    this.#node = node
    this.#target.rewire([node])
    this.refresh()
  }

  override spanOf(verb: SpanVerb, key: Key, call: Call): OpenSpan | undefined {
    return this.#node.spanOf(verb, key, call)
  }

  override async settle(): Promise<void> {
    await this.#closing?.()
  }
}
