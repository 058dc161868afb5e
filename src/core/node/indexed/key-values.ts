import type { Capabilities } from '../../capabilities.ts'
import type { Stat } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import type { Call } from '../../open/call.ts'
import type { Payload } from '../../open/payload.ts'
import type { ByteStream, Found, Moved, Removed, StoreInfo, Written } from '../../open/store.ts'

/** A change by others, or `resync` if changes may have been missed. */
export type ForeignChange = { readonly key: Key; readonly isThere: boolean } | 'resync'

/**
 * The result of a write. `isKnown`: its key is already in the index, because it had a value and changes by others are
 * reported.
 */
export interface KeyWritten {
  readonly written: Written
  readonly isKnown: boolean
}

/** An engine that keeps values by name without order. */
export interface KeyValues {
  readonly info: StoreInfo
  /** `list` and `query` are overridden by the store. */
  readonly capabilities: Capabilities
  read(key: Key, call: Call): Promise<Found | undefined>
  stat(key: Key): Promise<Stat | undefined>
  has(key: Key): Promise<boolean>
  stream?(key: Key, call: Call): Promise<ByteStream | undefined>
  write(key: Key, value: Payload, call: Call): Promise<KeyWritten>
  remove(key: Key, call: Call): Promise<Removed>
  move(from: Key, to: Key, call: Call): Promise<Moved>
  /**
   * Every key, in any order; some may be repeated. A key that exists all the time is included. Passes each batch on as
   * soon as the engine returns it, so that it precedes later writes.
   * @param each Takes packed keys as layout `strata` writes them. Resolves once there is room for more.
   */
  scan(signal: AbortSignal, each: (packed: Uint8Array<ArrayBuffer>) => Promise<void>): Promise<void>
  /** Which of these keys still have a value, if removals may not have been reported; else `undefined`. */
  present?(keys: readonly Key[]): Promise<readonly boolean[] | undefined>
  /** The number of keys with a value, at little cost. */
  count(): Promise<{ readonly entries: number; readonly isExact: boolean } | undefined>
  sync?(): Promise<void>
  /** Whether `changes` reports every key that others add or remove. Else all keys are read again now and then. */
  readonly reportsOthers: boolean
  /** Reports changes by others from now on, if the engine reports them. Ends with `signal`. */
  changes?(signal: AbortSignal, notify: (change: ForeignChange) => void): void
  close(): Promise<void>
}
