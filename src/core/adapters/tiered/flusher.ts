import { orAbort } from '../../concurrency/abortable.ts'
import { callListener } from '../../concurrency/emitter.ts'
import { DatastoreError, failure, isAborted, isTransient, reason, reasonOf } from '../../errors.ts'
import type { Key } from '../../key.ts'
import type { Call } from '../../open/call.ts'
import { checkOptions, MAX_TIMER, numberFrom, wholeNumberOrInfinity } from '../../options.ts'
import type { Unflushed, UnflushedWrite } from './unflushed.ts'

/** Called each time that writing to the tiers below fails, for each write that failed. */
export type FlushErrorListener = (error: unknown, key: Key) => void

/**
 * The options of the mode `write-back`. Acknowledged writes are kept in memory as well as in the first tier until the
 * last tier has them, so a first tier may evict values. A process that ends without `close` or `sync` loses what is
 * only in memory, up to the limits, and the tiers then differ. Before a write is flushed, it is unknown whether the
 * last tier accepts it, and its times are those of the acknowledgement. No other program may write to the tiers.
 */
export interface WriteBackOptions {
  /** The maximum number of unflushed writes; a further write waits. Default 10,000. */
  readonly maxUnflushedEntries?: number | undefined
  /**
   * The maximum number of unflushed bytes of values; a further write waits. A larger value is written through. Default
   * 64 MiB.
   */
  readonly maxUnflushedBytes?: number | undefined
  /** Milliseconds before a failed flush is retried. Each further wait is twice as long, with jitter. Default 50. */
  readonly flushDelay?: number | undefined
  /** The longest of these waits, in milliseconds. Default 5000. */
  readonly maxFlushDelay?: number | undefined
  /**
   * How often `sync` and `close` try before they reject. Default 4. In the background the number of retries is
   * unlimited.
   */
  readonly flushAttempts?: number | undefined
  readonly onFlushError?: FlushErrorListener | undefined
}

type Figure = Exclude<keyof WriteBackOptions, 'onFlushError'>

export type WriteBackSettings = Readonly<Record<Figure, number>> & Pick<WriteBackOptions, 'onFlushError'>

/** @throws DatastoreError `CONFIG_INVALID` for a limit that is not a number from 1 up, or a wait below 0. */
export function writeBackSettings(options: WriteBackOptions): WriteBackSettings {
  checkOptions('open a tiered store', options, {
    maxUnflushedEntries: wholeNumberOrInfinity(1),
    maxUnflushedBytes: wholeNumberOrInfinity(1),
    flushDelay: numberFrom(0),
    maxFlushDelay: numberFrom(0),
    flushAttempts: wholeNumberOrInfinity(1),
  })
  return {
    maxUnflushedEntries: options.maxUnflushedEntries ?? 10_000,
    maxUnflushedBytes: options.maxUnflushedBytes ?? 64 * 1024 * 1024,
    flushDelay: options.flushDelay ?? 50,
    maxFlushDelay: options.maxFlushDelay ?? 5000,
    flushAttempts: options.flushAttempts ?? 4,
    onFlushError: options.onFlushError,
  }
}

/** A write that did not reach the last tier. */
export interface FlushFailure {
  readonly key: Key
  readonly error: unknown
}

/**
 * Writes unflushed values to the last tier, one after another in call order, as soon as there are any. A failed round
 * is repeated with growing waits (source: Brooker, "Exponential Backoff And Jitter", 2015). A write that the last tier
 * refuses is kept and retried in the next round, and does not block the others.
 */
export class Flusher {
  failures = 0
  lastFailure: unknown
  readonly #unflushed: Unflushed
  readonly #write: (write: UnflushedWrite) => Promise<void>
  readonly #settings: WriteBackSettings
  #round: Promise<FlushFailure | undefined> | undefined
  #nextRound: Promise<FlushFailure | undefined> | undefined
  #isRunning = false
  #isStopped = false
  #endWait: (() => void) | undefined

  /** @param write Writes one of them to the last tier. */
  constructor(
    unflushed: Unflushed,
    write: (write: UnflushedWrite) => Promise<void>,
    settings: WriteBackSettings,
  ) {
    this.#unflushed = unflushed
    this.#write = write
    this.#settings = settings
  }

  /** Flushes in the background until nothing is left. */
  wake(): void {
    if (this.#isRunning || this.#isStopped) return
    this.#isRunning = true
    void this.#run()
  }

  /**
   * Tries once to flush everything that is unflushed now.
   * @returns The first failure; `undefined` if all succeeded.
   */
  round(): Promise<FlushFailure | undefined> {
    if (this.#nextRound !== undefined) return this.#nextRound
    if (this.#round === undefined) return this.#startRound()
    // Writes made after the current round began belong to the next one, which all current callers can share.
    this.#nextRound = this.#round.then(() => this.#startRound())
    return this.#nextRound
  }

  /**
   * Resolves once everything that is unflushed now has reached the last tier.
   * @throws DatastoreError after several attempts.
   */
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

  /** Waits until there is room for one more write, while flushing makes some. Each call needs a `release`. */
  async forRoom(action: string, key: Key, size: number, { signal }: Call): Promise<void> {
    while (!this.#unflushed.reserve(size)) {
      if (this.#unflushed.entries === 0) {
        // All room is reserved for writes that the first tier has yet to accept. Flushing would free none.
        await orAbort(this.#unflushed.released(), signal, action, key)
        continue
      }
      const failed = await orAbort(this.round(), signal, action, key)
      if (failed === undefined) continue
      if (this.#unflushed.reserve(size)) return
      throw flushFailure(action, failed)
    }
  }

  /** Flushes the unflushed writes of some keys, so that the tiers below can be asked. */
  async forKeys(action: string, keys: readonly Key[], { signal }: Call): Promise<void> {
    if (this.#unflushed.entries === 0) return
    const failed = await orAbort(this.round(), signal, action, keys[0])
    if (failed !== undefined && keys.some(key => this.#unflushed.find(key) !== undefined)) {
      throw flushFailure(action, failed)
    }
  }

  async #run(): Promise<void> {
    // The write that woke this is acknowledged first.
    await Promise.resolve()
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
        callListener(this.#settings.onFlushError, error, write.key)
        if (isOfTier(error)) break
      }
    }
    if (first === undefined) this.lastFailure = undefined
    return first
  }

  #wait(attempt: number, isEndedByStop = false): Promise<void> {
    const { flushDelay, maxFlushDelay } = this.#settings
    const longest = Math.min(MAX_TIMER, maxFlushDelay, flushDelay * 2 ** Math.min(attempt - 1, 30))
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

/**
 * Whether the tier failed rather than one write. Later writes would fail as well then, and must not overtake this one.
 */
function isOfTier(error: unknown): boolean {
  return !(error instanceof DatastoreError) || isTransient(error) || isAborted(error)
}

/** The failure of a call that needed a flush. */
function flushFailure(action: string, { key, error }: FlushFailure): DatastoreError {
  const code = error instanceof DatastoreError ? error.code : 'IO'
  return failure(
    code,
    action,
    key,
    reason`an earlier write did not reach the last tier: ${reasonOf(error)}`,
    error,
  )
}
