import type { Key } from '../../../key.ts'
import { checkOptions, numberFrom, wholeNumberOrInfinity } from '../../../options.ts'

/** Told of each write that did not reach the tiers below, each time it was tried. */
export type FlushErrorListener = (error: unknown, key: Key) => void

/**
 * The mode `write-back`. What is acknowledged is kept in memory besides the first tier until the last tier has it, so
 * a first tier may give up values. A process that ends without `close`, or a `sync` before, loses what is kept so: at
 * most as much as the bounds allow, and the tiers are left to disagree about it. Until a write is flushed it is not
 * known whether the last tier can take it at all, and its times are those of the acknowledgement. The store has to be the only one that writes to its tiers.
 */
export interface WriteBackOptions {
  /** Writes that may be unflushed; a further one waits. Default 10,000. */
  readonly maxUnflushedEntries?: number | undefined
  /** Bytes of values that may be unflushed; a further write waits. A larger value is written through. Default 64 MiB. */
  readonly maxUnflushedBytes?: number | undefined
  /** Milliseconds before a failed flush is tried again; each further wait is twice as long, with jitter. Default 50. */
  readonly flushDelay?: number | undefined
  /** Milliseconds that no such wait exceeds. Default 5000. */
  readonly maxFlushDelay?: number | undefined
  /** How often `sync` and `close` try before they reject. Default 4. In the background it is tried without end. */
  readonly flushAttempts?: number | undefined
  readonly onFlushError?: FlushErrorListener | undefined
}

/** What a write-back store has acknowledged and not yet written to its last tier. */
export interface UnflushedState {
  readonly entries: number
  /** Bytes of values; values that are no bytes count as none. */
  readonly bytes: number
  /** Writes that failed so far, each time they were tried. */
  readonly failures: number
  /** What the last of them failed with; absent once all that is older has been flushed. */
  readonly lastFailure?: unknown
}

type Figure = Exclude<keyof WriteBackOptions, 'onFlushError'>

export type WriteBackSettings = Readonly<Record<Figure, number>> & Pick<WriteBackOptions, 'onFlushError'>

/** @throws DatastoreError `CONFIG_INVALID` for a bound that is no number from 1 up, or a wait below 0. */
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
