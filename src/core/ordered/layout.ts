import type { ListPage } from '../datastore.ts'
import type { Key } from '../key.ts'
import type { RangeReader } from './driver.ts'

/** A part of a level. */
export interface LevelPage {
  /** Strictly after this name, in the direction of the page. */
  readonly after: string | undefined
  /** The maximum number of children; at least 1. */
  readonly limit: number
  readonly reverse: boolean
  readonly signal: AbortSignal | undefined
}

/** How keys are encoded in an engine, and how one level is read from it. */
export interface Layout {
  readonly name: 'strata' | 'path'
  /** Whether the engine's order is key order, so that a range of keys is a range of the engine. */
  readonly isInKeyOrder: boolean
  /** The engine's key; `undefined` for a key that the layout cannot encode. */
  encode(key: Key): Uint8Array | undefined
  /** The key for an engine's key; `undefined` for the layout's own records. */
  decode(bytes: Uint8Array): Key | undefined
  /** Why a key cannot be encoded, for a message. */
  problem(key: Key): string
  /**
   * The size in UTF-8 of the longest key whose engine key has at most `bytes` bytes. Keys with escaped characters may
   * not fit even if they are shorter.
   */
  longestText(bytes: number): number
  /** The range of the engine that holds every key strictly below `prefix`. */
  rangeBelow(prefix: Key): { readonly from: Uint8Array; readonly to: Uint8Array }
  /** One page of the level below `prefix`, in key order. */
  level(driver: RangeReader, prefix: Key, page: LevelPage): Promise<ListPage>
  /** Called when this store has put or removed a key. Absent if nothing about levels is cached. */
  wrote?(key: Key): void
  /** Drops everything that is cached, because any key may have been added or removed. */
  reset?(): void
  /** The same layout for the inside of a transaction, without what is cached outside. */
  inside?(): Layout
}
