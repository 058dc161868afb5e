import type { Capabilities } from '../../capabilities.ts'
import type { Stat } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import type { Call } from '../../open/call.ts'
import type { Payload } from '../../open/payload.ts'
import type { ByteStream, Found, Moved, Removed, StoreInfo, Written } from '../../open/store.ts'

/** A change that others made, or `resync` where some may have been missed. */
export type ForeignChange = { readonly key: Key; readonly isThere: boolean } | 'resync'

/** What a write came to. `isKnown`: its key is in the index, as it had a value and changes by others are told. */
export interface KeyWritten {
  readonly written: Written
  readonly isKnown: boolean
}

/** An engine that keeps values by their names and has no order of them: what a store over it is made of. */
export interface KeyValues {
  readonly info: StoreInfo
  /** Those of `list` and `query` are the store's. */
  readonly capabilities: Capabilities
  read(key: Key, call: Call): Promise<Found | undefined>
  stat(key: Key): Promise<Stat | undefined>
  has(key: Key): Promise<boolean>
  stream?(key: Key, call: Call): Promise<ByteStream | undefined>
  write(key: Key, value: Payload, call: Call): Promise<KeyWritten>
  remove(key: Key, call: Call): Promise<Removed>
  move(from: Key, to: Key, call: Call): Promise<Moved>
  /**
   * Every key, in any order; some may come again. A key that is there all the while is among them. Give each batch at once
   * as the engine answers it, so that it comes before what is written later.
   * @param each Takes packed keys as layout `strata` writes them. Resolves once there is room for more.
   */
  scan(signal: AbortSignal, each: (packed: Uint8Array<ArrayBuffer>) => Promise<void>): Promise<void>
  /** Which of these keys still have a value, where some may have gone without that being told; else nothing. */
  present?(keys: readonly Key[]): Promise<readonly boolean[] | undefined>
  /** Keys with a value, at little cost. */
  count(): Promise<{ readonly entries: number; readonly isExact: boolean } | undefined>
  sync?(): Promise<void>
  /** What others change, from now on, where the engine tells. Ends with `signal`. */
  changes?(signal: AbortSignal, tell: (change: ForeignChange) => void): void
  close(): Promise<void>
}
