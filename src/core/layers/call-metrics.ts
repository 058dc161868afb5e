import { LatencyHistogram } from './latency-histogram.ts'

/** Counters of one verb. */
export interface VerbMetrics {
  readonly count: number
  readonly errors: number
  readonly bytes: number
  readonly latency: LatencyHistogram
}

/** The result of one call. */
export interface CountedCall {
  /** Milliseconds. */
  readonly duration: number
  readonly bytes: number
  readonly isError: boolean
}

/** Adds up calls, verb by verb. */
export class CallMetrics<Verb extends string> {
  readonly #verbs: ReadonlyMap<
    Verb,
    { count: number; errors: number; bytes: number; latency: LatencyHistogram }
  >

  constructor(verbs: readonly Verb[]) {
    this.#verbs = new Map(
      verbs.map(verb => [verb, { count: 0, errors: 0, bytes: 0, latency: new LatencyHistogram() }]),
    )
  }

  /** @throws TypeError for an unknown verb. */
  of(verb: Verb): VerbMetrics {
    const metrics = this.#verbs.get(verb)
    if (metrics === undefined) throw new TypeError(`There is no verb ${JSON.stringify(verb)}`)
    return metrics
  }

  add(verb: Verb, { duration, bytes, isError }: CountedCall): void {
    const metrics = this.#verbs.get(verb)
    if (metrics === undefined) return
    metrics.count++
    metrics.bytes += bytes
    if (isError) metrics.errors++
    metrics.latency.add(duration)
  }
}
