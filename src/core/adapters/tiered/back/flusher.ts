import { LONGEST_TIMER } from '../../../concurrency/longest-timer.ts'
import { DatastoreError, failure, isAborted, isTransient, reason, reasonOf } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { tell } from '../../../tell.ts'
import type { Unflushed, UnflushedWrite } from './unflushed.ts'
import type { WriteBackSettings } from './write-back-options.ts'

/** A write that did not reach the last tier. */
export interface FlushFailure {
  readonly key: Key
  readonly error: unknown
}

/**
 * Writes to the last tier what is unflushed, one after the other in the order of the calls, as soon as there is any. A
 * round that fails is made again, later and later (source: Brooker, "Exponential Backoff And Jitter", 2015). A write
 * that the last tier refuses is kept and tried again with the next round, and does not hold up the others.
 */
export class Flusher<V> {
  failures = 0
  lastFailure: unknown
  readonly #unflushed: Unflushed<V>
  readonly #write: (write: UnflushedWrite<V>) => Promise<void>
  readonly #settings: WriteBackSettings
  #round: Promise<FlushFailure | undefined> | undefined
  #nextRound: Promise<FlushFailure | undefined> | undefined
  #isRunning = false
  #isStopped = false
  #endWait: (() => void) | undefined

  /** @param write Writes one to the last tier. */
  constructor(
    unflushed: Unflushed<V>,
    write: (write: UnflushedWrite<V>) => Promise<void>,
    settings: WriteBackSettings,
  ) {
    this.#unflushed = unflushed
    this.#write = write
    this.#settings = settings
  }

  /** Flushes in the background, until nothing is left. */
  wake(): void {
    if (this.#isRunning || this.#isStopped) return
    this.#isRunning = true
    void this.#run()
  }

  /** Tries once all that is unflushed now. @returns The first failure; `undefined` when all went well. */
  round(): Promise<FlushFailure | undefined> {
    if (this.#nextRound !== undefined) return this.#nextRound
    if (this.#round === undefined) return this.#startRound()
    // What came after the round under way began is up to the next one, which all who ask now can share.
    this.#nextRound = this.#round.then(() => this.#startRound())
    return this.#nextRound
  }

  /** Resolves once all that is unflushed now has reached the last tier. @throws DatastoreError after some attempts */
  async flush(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const failed = await this.round()
      if (failed === undefined) return
      if (attempt >= this.#settings.flushAttempts) throw flushFailure('flush', failed)
      await this.#wait(attempt)
    }
  }

  /** Ends the work in the background. */
  stop(): void {
    this.#isStopped = true
    this.#endWait?.()
  }

  async #run(): Promise<void> {
    for (let attempt = 0; !this.#isStopped && this.#unflushed.entries > 0; ) {
      const failed = await this.round()
      attempt = failed === undefined ? 0 : attempt + 1
      if (failed !== undefined) await this.#wait(attempt, true)
    }
    this.#isRunning = false
  }

  #startRound(): Promise<FlushFailure | undefined> {
    this.#nextRound = undefined
    this.#round = this.#flushAll().finally(() => {
      this.#round = undefined
    })
    return this.#round
  }

  async #flushAll(): Promise<FlushFailure | undefined> {
    let first: FlushFailure | undefined
    for (const write of this.#unflushed.seal()) {
      try {
        await this.#write(write)
        this.#unflushed.flushed(write)
      } catch (error) {
        this.failures++
        this.lastFailure = error
        first ??= { key: write.key, error }
        tell(this.#settings.onFlushError, error, write.key)
        if (isOfTier(error)) break
      }
    }
    if (first === undefined) this.lastFailure = undefined
    return first
  }

  #wait(attempt: number, isEndedByStop = false): Promise<void> {
    const { flushDelay, maxFlushDelay } = this.#settings
    const longest = Math.min(LONGEST_TIMER, maxFlushDelay, flushDelay * 2 ** Math.min(attempt - 1, 30))
    return new Promise(resolve => {
      const timer = setTimeout(resolve, longest * Math.random())
      if (!isEndedByStop) return
      this.#endWait = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** Whether the tier failed rather than one write: then later writes would fail as well, and must not overtake this one. */
function isOfTier(error: unknown): boolean {
  return !(error instanceof DatastoreError) || isTransient(error) || isAborted(error)
}

/** What a call rejects with that needed a flush. */
export function flushFailure(action: string, { key, error }: FlushFailure): DatastoreError {
  const code = error instanceof DatastoreError ? error.code : 'IO'
  return failure(
    code,
    action,
    key,
    reason`an earlier write did not reach the last tier: ${reasonOf(error)}`,
    error,
  )
}
