import type { CallOptions, Datastore } from '../../datastore.ts'
import { failure } from '../../errors.ts'
import { DelayingDatastore } from '../delaying.ts'
import { ACTIONS, type Call, type Verb } from '../intercepted.ts'
import { pause } from './pause.ts'

/** What goes wrong. It may be changed while the store is in use. */
export interface Faults {
  /** Milliseconds that each call takes longer. */
  latency?: number | undefined
  /** The share of calls that fail with `IO`, from 0 to 1. */
  errorRate?: number | undefined
  /** The share of calls that take effect and fail with `CONNECTION` all the same, from 0 to 1. */
  lostRate?: number | undefined
  /** The store can't be reached: every call fails with `CONNECTION`. */
  isOffline?: boolean | undefined
  /** The verbs that faults befall. Default: all. */
  verbs?: readonly Verb[] | undefined
  /** A number from 0 to 1 that decides. Default `Math.random`. */
  random?: (() => number) | undefined
}

/** A store that fails as told: for tests, and for seeing what a composition makes of it. */
export class FaultDatastore<V> extends DelayingDatastore<V> {
  readonly faults: Faults

  constructor(child: Datastore<V>, faults: Faults = {}) {
    super(child)
    this.faults = faults
  }

  protected override async delay<T>(call: Call, run: (options: CallOptions) => Promise<T>): Promise<T> {
    await this.#befall(call)
    const answer = await run({})
    const { lostRate = 0, random = Math.random } = this.faults
    if (lostRate > 0 && this.#isBefallen(call) && random() < lostRate)
      throw failure('CONNECTION', ACTIONS[call.verb], call.key, 'the answer was lost')
    return answer
  }

  protected override async *delayStream<T>(
    call: Call,
    run: (options: CallOptions) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    await this.#befall(call)
    for await (const item of run({})) {
      if (this.faults.isOffline === true && this.#isBefallen(call)) this.#refuse(call)
      yield item
    }
  }

  async #befall(call: Call): Promise<void> {
    const { latency = 0, errorRate = 0, isOffline = false, random = Math.random } = this.faults
    if (!this.#isBefallen(call)) return
    if (latency > 0) await pause(latency, call)
    if (isOffline) this.#refuse(call)
    if (errorRate > 0 && random() < errorRate)
      throw failure('IO', ACTIONS[call.verb], call.key, 'a fault was injected')
  }

  #isBefallen({ verb }: Call): boolean {
    return this.faults.verbs?.includes(verb) !== false
  }

  #refuse(call: Call): never {
    throw failure('CONNECTION', ACTIONS[call.verb], call.key, 'the store is offline')
  }
}

/** Makes a store fail as told; change `faults` of what it returns while it is in use. */
export function fault<V>(store: Datastore<V>, faults: Faults = {}): FaultDatastore<V> {
  return new FaultDatastore(store, faults)
}
