import { callListener } from '../../concurrency/emitter.ts'
import type { SpanContext } from '../../datastore.ts'
import { codeOf } from '../../errors.ts'
import type { Key } from '../../key.ts'
import type { Span, SpanListener, SpanVerb } from './span.ts'

/** The properties of a span that are known when it begins. */
export interface TracedCall {
  readonly verb: SpanVerb
  readonly key: Key
  readonly to?: Key | undefined
  readonly parent: SpanContext | undefined
}

let lastId = 0

/** The span of a running call. It ends once; later events are ignored. */
export class OpenSpan implements SpanContext {
  readonly id = ++lastId
  readonly #hub: SpanHub
  readonly #node: string
  readonly #call: TracedCall
  #start = performance.now()
  #bytes: number | undefined
  #isEnded = false

  constructor(hub: SpanHub, node: string, call: TracedCall) {
    this.#hub = hub
    this.#node = node
    this.#call = call
  }

  /** The call begins only now. */
  restart(): void {
    this.#start = performance.now()
  }

  count(bytes: number | undefined): void {
    if (bytes !== undefined) this.#bytes = (this.#bytes ?? 0) + bytes
  }

  end(outcome = 'ok'): void {
    if (this.#isEnded) return
    this.#isEnded = true
    const { verb, key, to, parent } = this.#call
    this.#hub.emit({
      id: this.id,
      ...(parent !== undefined && { parent: parent.id }),
      node: this.#node,
      verb,
      key,
      ...(to !== undefined && { to }),
      start: performance.timeOrigin + this.#start,
      duration: performance.now() - this.#start,
      outcome,
      ...(this.#bytes !== undefined && { bytes: this.#bytes }),
    })
  }

  fail(error: unknown): void {
    this.end(codeOf(error))
  }
}

/** Delivers spans to listeners. Nothing is measured while there are none. */
export class SpanHub {
  /** A plain field, because every call of every traced store reads it. */
  hasListeners = false
  readonly #listeners = new Set<{ readonly listener: SpanListener }>()

  /** @returns A function that removes the listener. */
  listen(listener: SpanListener): () => void {
    const own = { listener }
    this.#listeners.add(own)
    this.hasListeners = true
    return () => {
      this.#listeners.delete(own)
      this.hasListeners = this.#listeners.size > 0
    }
  }

  emit(span: Span): void {
    for (const { listener } of this.#listeners) callListener(listener, span)
  }
}
