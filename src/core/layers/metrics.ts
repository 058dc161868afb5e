import { commonCodecOf, Datastore, openStoreOf } from '../open/datastore.ts'
import { CallMetrics, type VerbMetrics } from './call-metrics.ts'
import { LayeredStore, VERBS, type Verb } from './layer.ts'
import { ObservingLayer, type Outcome } from './observing.ts'

class Metrics extends ObservingLayer {
  readonly name = 'metrics'
  readonly calls = new CallMetrics(VERBS)

  protected override ended({ step, duration, bytes, refused, error }: Outcome): void {
    this.calls.add(step.verb, { duration, bytes, isError: error !== undefined || refused !== undefined })
  }
}

/** Counts calls, failures, bytes and times of each verb. */
export class MetricsDatastore<V = Uint8Array> extends Datastore<V> {
  readonly #metrics: Metrics

  constructor(store: Datastore<V>) {
    const metrics = new Metrics()
    super(new LayeredStore(openStoreOf(store), metrics), commonCodecOf([store]))
    this.#metrics = metrics
  }

  metrics(verb: Verb): VerbMetrics {
    return this.#metrics.calls.of(verb)
  }
}

/** Counts the calls on a store by verb: the number, failures, bytes, and durations. */
export function metrics<V>(store: Datastore<V>): MetricsDatastore<V> {
  return new MetricsDatastore(store)
}
