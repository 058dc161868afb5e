import { SPAN_VERBS, type Span, type SpanVerb } from '../adapters/trace/span.ts'
import { CallMetrics, type VerbMetrics } from '../layers/call-metrics.ts'
import { ConfigError } from './config-error.ts'

/** Counts the calls on each node of a stack until it is stopped. */
export class StackMetrics {
  readonly #isNode: (id: string) => boolean
  readonly #nodes = new Map<string, CallMetrics<SpanVerb>>()
  readonly #stop: () => void

  /**
   * @param isNode Whether there is a node with this id now.
   * @param listen Starts to report spans, and returns a function that ends it.
   */
  constructor(isNode: (id: string) => boolean, listen: (listener: (span: Span) => void) => () => void) {
    this.#isNode = isNode
    this.#stop = listen(span => this.#count(span))
  }

  /**
   * The counters of a node for one verb. They keep counting.
   * @throws DatastoreError `CONFIG_INVALID` if no node has this id.
   */
  of(id: string, verb: SpanVerb): VerbMetrics {
    if (!this.#nodes.has(id) && !this.#isNode(id)) {
      throw new ConfigError('', `The stack has no node ${JSON.stringify(id)}`)
    }
    return this.#metricsOf(id).of(verb)
  }

  /** Stops counting. The counters can still be read. */
  stop(): void {
    this.#stop()
  }

  #count({ node, verb, duration, bytes = 0, outcome }: Span): void {
    this.#metricsOf(node).add(verb, { duration, bytes, isError: outcome !== 'ok' })
  }

  #metricsOf(id: string): CallMetrics<SpanVerb> {
    const metrics = this.#nodes.get(id) ?? new CallMetrics(SPAN_VERBS)
    this.#nodes.set(id, metrics)
    return metrics
  }
}
