import type {
  CallOptions,
  Datastore,
  DeleteOptions,
  GetOptions,
  PutOptions,
  PutResult,
  RangeOptions,
  RenameOptions,
  Stat,
  ValueSource,
} from '../../datastore.ts'
import type { Key } from '../../key.ts'
import type { TierFills } from './tier-fills.ts'
import type { TierReads } from './tier-reads.ts'
import type { UpperTier } from './upper-tier.ts'

/** When a write reaches which tier. */
export type WriteMode = 'write-through' | 'write-around' | 'write-back'

/** The tiers of one store, and what reads them. */
export interface Tiers<V> {
  readonly upper: readonly UpperTier<V>[]
  readonly last: Datastore<V>
  readonly fills: TierFills
  readonly reads: TierReads<V>
}

/** What a tiered store does in one mode. Calls on one key come in turn, and no fill of a key runs beside its write. */
export interface TierMode<V>
  extends Pick<Datastore<V>, 'list' | 'query' | 'explainQuery' | 'stats' | 'sync' | 'watch'> {
  get(key: Key, options: GetOptions): Promise<V>
  stream(key: Key, options: RangeOptions): AsyncIterable<Uint8Array>
  has(key: Key, options: CallOptions): Promise<boolean>
  stat(key: Key, options: CallOptions): Promise<Stat>
  put(key: Key, value: ValueSource<V>, options: PutOptions): Promise<PutResult>
  delete(key: Key, options: DeleteOptions): Promise<void>
  /** `from` and `to` differ. */
  rename(from: Key, to: Key, options: RenameOptions): Promise<void>
  /** Resolves once nothing is under way in the background. Rejects for writes that did not reach the last tier. */
  finish(): Promise<void>
}
