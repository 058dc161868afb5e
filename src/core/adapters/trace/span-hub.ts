import { tell } from '../../tell.ts'
import type { Span, SpanListener } from './span.ts'

/** Brings spans to those who listen. While nobody does, nothing is measured. */
export class SpanHub {
  /** A plain field: every call of every traced store reads it. */
  isHeard = false
  readonly #listeners = new Set<{ readonly listener: SpanListener }>()

  /** @returns Ends it. */
  listen(listener: SpanListener): () => void {
    const own = { listener }
    this.#listeners.add(own)
    this.isHeard = true
    return () => {
      this.#listeners.delete(own)
      this.isHeard = this.#listeners.size > 0
    }
  }

  tell(span: Span): void {
    for (const { listener } of this.#listeners) tell(listener, span)
  }
}
