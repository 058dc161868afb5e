import type { OpenSpan } from '../adapters/trace/open-span.ts'
import type { SpanVerb } from '../adapters/trace/span.ts'
import type { Key } from '../key.ts'
import { LayeredStore, TRANSPARENT } from '../layers/layer.ts'
import type { Call } from './call.ts'
import { OpenStore } from './open-store.ts'

/**
 * The open store through which callers use a node. The nodes of a stack call each other without it. So callers can be
 * held back while a stack changes, and the nodes continue to call each other. Spans are reported by the node itself.
 */
export class Entrance extends OpenStore {
  readonly #closing: (() => Promise<void>) | undefined
  readonly #passage: LayeredStore
  #node: OpenStore

  /** @param closing Work that `close` starts and waits for before it closes the entrance. */
  constructor(node: OpenStore, closing?: () => Promise<void>) {
    const passage = new LayeredStore(node, TRANSPARENT)
    super(passage)
    this.#passage = passage
    this.#node = node
    this.#closing = closing
  }

  /** The node that callers reach. */
  get node(): OpenStore {
    return this.#node
  }

  /** Connects callers to another node from now on. */
  leadTo(node: OpenStore): void {
    this.#node = node
    this.#passage.rewire([node])
    this.refresh()
  }

  override spanOf(verb: SpanVerb, key: Key, call: Call): OpenSpan | undefined {
    return this.#node.spanOf(verb, key, call)
  }

  override async settle(): Promise<void> {
    await this.#closing?.()
  }
}
