import type { OpenSpan } from '../adapters/trace/open-span.ts'
import type { SpanVerb } from '../adapters/trace/span.ts'
import type { Key } from '../key.ts'
import { LayeredStore, TRANSPARENT } from '../layers/layer.ts'
import type { Call } from './call.ts'
import { OpenStore } from './open-store.ts'

/**
 * Where the callers of a node come in. The node above it does not: so callers can be held back while a stack changes, and
 * the nodes among themselves go on. The node tells the spans.
 */
export class Entrance extends OpenStore {
  readonly #closing: (() => Promise<void>) | undefined
  readonly #passage: LayeredStore
  #node: OpenStore

  /** @param closing What a close waits for. */
  constructor(node: OpenStore, closing?: () => Promise<void>) {
    const passage = new LayeredStore(node, TRANSPARENT)
    super(passage)
    this.#passage = passage
    this.#node = node
    this.#closing = closing
  }

  /** What callers come into. */
  get node(): OpenStore {
    return this.#node
  }

  /** Lets callers into another node from now on. */
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
