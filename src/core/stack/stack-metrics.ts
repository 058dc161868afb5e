import { SPAN_VERBS, type Span, type SpanVerb } from '../adapters/trace/span.ts'
import { CallMetrics, type VerbMetrics } from '../layers/call-metrics.ts'
import { ConfigError } from './config-error.ts'

/** Counts the calls on each node of a stack, from when it was asked for until it is stopped. */
export class StackMetrics {
  readonly #isNode: (id: string) => boolean
  readonly #nodes = new Map<string, CallMetrics<SpanVerb>>()
  readonly #stop: () => void

  /**
   * @param isNode Whether there is a node of this id now.
   * @param listen Begins to tell of spans, and answers what ends it.
   */
  constructor(isNode: (id: string) => boolean, listen: (listener: (span: Span) => void) => () => void) {
    this.#isNode = isNode
    this.#stop = listen(span => this.#count(span))
  }

  /**
   * What happened in a node under one verb so far; the figures go on counting.
   * @throws DatastoreError `CONFIG_INVALID` when no node has this id.
   */
  of(id: string, verb: SpanVerb): VerbMetrics {
    if (!this.#nodes.has(id) && !this.#isNode(id)) {
      throw new ConfigError('', `The stack has no node ${JSON.stringify(id)}`)
    }
    return this.#metricsOf(id).of(verb)
  }

  /** Counts no more; what was counted can still be read. */
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
