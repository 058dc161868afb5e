import type { Datastore } from '../../datastore.ts'
import { VERBS, type Verb } from '../intercepted.ts'
import { CallMetrics, type VerbMetrics } from './call-metrics.ts'
import { type Outcome, WatchedDatastore } from './watched.ts'

/** Counts calls, failures, bytes and times of each verb. */
export class MetricsDatastore<V> extends WatchedDatastore<V> {
  readonly #calls = new CallMetrics(VERBS)

  metrics(verb: Verb): VerbMetrics {
    return this.#calls.of(verb)
  }

  protected override ended({ call, duration, bytes, error }: Outcome): void {
    this.#calls.add(call.verb, { duration, bytes, isError: error !== undefined })
  }
}

/** Counts the calls on a store, verb by verb: how many, how many failed, bytes, and how long they took. */
export function metrics<V>(store: Datastore<V>): MetricsDatastore<V> {
  return new MetricsDatastore(store)
}
