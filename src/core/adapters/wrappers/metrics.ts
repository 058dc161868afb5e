import type { Datastore } from '../../datastore.ts'
import { VERBS, type Verb } from '../intercepted.ts'
import { LatencyHistogram } from './latency-histogram.ts'
import { type Outcome, WatchedDatastore } from './watched.ts'

/** What happened under one verb so far. */
export interface VerbMetrics {
  readonly count: number
  readonly errors: number
  readonly bytes: number
  readonly latency: LatencyHistogram
}

/** Counts calls, failures, bytes and times of each verb. */
export class MetricsDatastore<V> extends WatchedDatastore<V> {
  readonly #verbs = new Map<
    Verb,
    { count: number; errors: number; bytes: number; latency: LatencyHistogram }
  >()

  constructor(child: Datastore<V>) {
    super(child)
    for (const verb of VERBS)
      this.#verbs.set(verb, { count: 0, errors: 0, bytes: 0, latency: new LatencyHistogram() })
  }

  metrics(verb: Verb): VerbMetrics {
    const metrics = this.#verbs.get(verb)
    if (metrics === undefined) throw new TypeError(`There is no verb ${JSON.stringify(verb)}`)
    return metrics
  }

  protected override ended({ call, duration, bytes, error }: Outcome): void {
    const metrics = this.#verbs.get(call.verb)
    if (metrics === undefined) return
    metrics.count++
    metrics.bytes += bytes
    if (error !== undefined) metrics.errors++
    metrics.latency.add(duration)
  }
}

/** Counts the calls on a store, verb by verb: how many, how many failed, bytes, and how long they took. */
export function metrics<V>(store: Datastore<V>): MetricsDatastore<V> {
  return new MetricsDatastore(store)
}
