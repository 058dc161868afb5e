import { failure } from '../errors.ts'
import type { Call, Maybe } from '../open/call.ts'
import { commonCodecOf, Datastore, openStoreOf } from '../open/datastore.ts'
import { ACTIONS, type Layer, LayeredStore, pause, refusalOf, type Step, type Verb } from './layer.ts'

/** The faults to inject. They can be changed while the store is in use. */
export interface Faults {
  /** Milliseconds of delay added to each call. */
  latency?: number | undefined
  /** The share of calls that fail with `IO`, from 0 to 1. */
  errorRate?: number | undefined
  /** The share of calls that take effect and then fail with `CONNECTION`, from 0 to 1. */
  lostRate?: number | undefined
  /** The store is unreachable: every call fails with `CONNECTION`. */
  isOffline?: boolean | undefined
  /** The verbs that faults apply to. Default: all. */
  verbs?: readonly Verb[] | undefined
  /** Returns a number from 0 to 1 that decides. Default `Math.random`. */
  random?: (() => number) | undefined
}

class Fault implements Layer {
  readonly name = 'fault'
  readonly delays = true
  readonly faults: Faults

  constructor(faults: Faults) {
    this.faults = faults
  }

  async around<T>(step: Step, run: (call: Call) => Maybe<T>): Promise<T> {
    await this.#before(step)
    const answer = await run(step.call)
    const { lostRate = 0, random = Math.random } = this.faults
    // A refused call did nothing, so it cannot be a lost answer.
    const isDone = refusalOf(step, answer) === undefined
    if (isDone && lostRate > 0 && this.#applies(step) && random() < lostRate)
      throw failure('CONNECTION', ACTIONS[step.verb], step.key, 'the answer was lost')
    return answer
  }

  async *aroundStream<T>(step: Step, run: (call: Call) => AsyncIterable<T>): AsyncIterable<T> {
    await this.#before(step)
    for await (const item of run(step.call)) {
      if (this.faults.isOffline === true && this.#applies(step)) throw offline(step)
      yield item
    }
  }

  async #before(step: Step): Promise<void> {
    const { latency = 0, errorRate = 0, isOffline = false, random = Math.random } = this.faults
    if (!this.#applies(step)) return
    if (latency > 0) await pause(latency, step)
    if (isOffline) throw offline(step)
    if (errorRate > 0 && random() < errorRate)
      throw failure('IO', ACTIONS[step.verb], step.key, 'a fault was injected')
  }

  #applies({ verb }: Step): boolean {
    return this.faults.verbs?.includes(verb) !== false
  }
}

function offline({ verb, key }: Step): Error {
  return failure('CONNECTION', ACTIONS[verb], key, 'the store is offline')
}

/** A store with injected faults: for tests, and to see how a composition handles them. */
export class FaultDatastore<V = Uint8Array> extends Datastore<V> {
  readonly faults: Faults

  constructor(child: Datastore<V>, faults: Faults = {}) {
    super(new LayeredStore(openStoreOf(child), new Fault(faults)), commonCodecOf([child]))
    this.faults = faults
  }
}

/** Injects faults into a store. Change `faults` of the returned datastore while it is in use. */
export function fault<V>(store: Datastore<V>, faults: Faults = {}): FaultDatastore<V> {
  return new FaultDatastore(store, faults)
}
