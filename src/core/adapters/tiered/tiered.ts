import { commonCodecOf, Datastore, openStoreOf } from '../../open/datastore.ts'
import type { OpenStore } from '../../open/open-store.ts'
import type { WriteBackOptions } from './flusher.ts'
import { notOpened, TieredStore } from './tiered-store.ts'
import type { UnflushedState } from './unflushed.ts'
import type { TierErrorListener, TierMetrics } from './upper-tier.ts'
import { WriteBackStore } from './write-back-store.ts'

/** When a write reaches each tier. */
export type WriteMode = 'write-through' | 'write-around' | 'write-back'

/** How a tiered store writes, and where failures of single tiers are reported. */
export interface TieredOptions extends WriteBackOptions {
  /**
   * `write-through` (default): a put reaches the last tier, then the others. `write-around`: a put reaches the last tier
   * alone, and reads fill the others. `write-back`: a put is acknowledged by the first tier and reaches the others in
   * the background; see `WriteBackOptions`. With one tier all modes are the same.
   */
  readonly mode?: WriteMode | undefined
  /** Called with failures of single tiers that did not fail the call. */
  readonly onTierError?: TierErrorListener | undefined
}

const MODES: readonly WriteMode[] = ['write-through', 'write-around', 'write-back']

/**
 * Reads through `tiers` in order and keeps upper tiers warm. The last tier is the truth: it alone checks the conditions
 * of writes, and `list`, `query`, `stats` and `stat` ask it, so that an etag from `stat` fits `ifMatch`. In the mode
 * `write-back` every call sees unflushed writes as if they were flushed.
 *
 * An upper tier that outlives the process, such as a folder, loses its copy of a key before the last tier is written,
 * and gets the new one after it, so that no crash leaves an old copy. Two limits remain: a copy that could not be
 * dropped is not served while this store is open, but this is recorded in memory only; and after a crash the first tier
 * of `write-back` may hold writes that never reached the last tier. In these cases, empty the tier before it is opened
 * again, or read with `fresh`.
 */
export class TieredDatastore<V = Uint8Array> extends Datastore<V> {
  readonly #store: TieredStore

  /**
   * @throws DatastoreError `CONFIG_INVALID` without tiers, with one store as several tiers, for an unknown mode, for a
   * limit that is not a number from 1 up, or if the tiers encode their values differently.
   */
  constructor(tiers: readonly Datastore<V>[], options: TieredOptions = {}) {
    const store = tieredStore(tiers.map(openStoreOf), options)
    super(store, commonCodecOf(tiers))
    this.#store = store
  }

  /** Counters of each tier, first to last. */
  get metrics(): readonly Readonly<TierMetrics>[] {
    return this.#store.metrics
  }

  /** Acknowledged writes that have not reached the last tier. Empty except in the mode `write-back`. */
  get unflushed(): UnflushedState {
    return this.#store instanceof WriteBackStore
      ? this.#store.unflushed
      : { entries: 0, bytes: 0, failures: 0 }
  }
}

function tieredStore(tiers: readonly OpenStore[], options: TieredOptions): TieredStore {
  const { mode = 'write-through' } = options
  if (!MODES.includes(mode)) throw notOpened(`there is no mode ${JSON.stringify(mode)}`)
  if (mode === 'write-back') return new WriteBackStore(tiers, options)
  return new TieredStore(tiers, { onTierError: options.onTierError, copiesUp: mode !== 'write-around' })
}
