import { SPAN_VERBS, type Span, type SpanVerb } from '../adapters/trace/span.ts'
import { CallMetrics, type VerbMetrics } from '../layers/call-metrics.ts'
import { ConfigError } from './config-error.ts'

/** Counts the calls on each node of a stack, from when it was asked for until it is stopped. */
export class StackMetrics {
  readonly #nodes: ReadonlyMap<string, CallMetrics<SpanVerb>>
  readonly #stop: () => void

  /** @param listen Begins to tell of spans, and answers what ends it. */
  constructor(ids: readonly string[], listen: (listener: (span: Span) => void) => () => void) {
    this.#nodes = new Map(ids.map(id => [id, new CallMetrics(SPAN_VERBS)]))
    this.#stop = listen(span => this.#count(span))
  }

  /**
   * What happened in a node under one verb so far; the figures go on counting.
   * @throws DatastoreError `CONFIG_INVALID` when no node has this id.
   */
  of(id: string, verb: SpanVerb): VerbMetrics {
    const node = this.#nodes.get(id)
    if (node === undefined) throw new ConfigError('', `The stack has no node ${JSON.stringify(id)}`)
    return node.of(verb)
  }

  /** Counts no more; what was counted can still be read. */
  stop(): void {
    this.#stop()
  }

  #count({ node, verb, duration, bytes = 0, outcome }: Span): void {
    this.#nodes.get(node)?.add(verb, { duration, bytes, isError: outcome !== 'ok' })
  }
}
