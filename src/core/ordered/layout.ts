import type { ListPage } from '../datastore.ts'
import type { Key } from '../key.ts'
import type { OrderedDriver } from './driver.ts'

/** Which part of a level is wanted. */
export interface LevelPage {
  /** Strictly past this name, in the direction of the page. */
  readonly after: string | undefined
  /** Children at most; at least 1. */
  readonly limit: number
  readonly reverse: boolean
  readonly signal: AbortSignal | undefined
}

/** How keys stand in an engine, and how one level is read from it. */
export interface Layout {
  readonly name: 'strata' | 'path'
  /** The engine's order is key order, so that a range of keys is a range of the engine. */
  readonly isInKeyOrder: boolean
  /** The engine's key; `undefined` for a key that the layout cannot hold. */
  encode(key: Key): Uint8Array | undefined
  /** The key of an engine's key. Own records have none. */
  decode(bytes: Uint8Array): Key | undefined
  /** Why a key cannot be held, for a message. */
  problem(key: Key): string
  /** UTF-8 bytes of the longest text of a key that takes so many bytes in the engine, as most keys of that length do. */
  longestText(bytes: number): number
  /** The part of the engine that holds every key strictly below `prefix`, from the first to before the second. */
  rangeBelow(prefix: Key): { readonly from: Uint8Array; readonly to: Uint8Array }
  /** One page of the level below `prefix`, in key order. */
  level(driver: OrderedDriver, prefix: Key, page: LevelPage): Promise<ListPage>
  /** This store has put or removed a key. Else: nothing is remembered of levels. */
  wrote?(key: Key): void
  /** Any key may be there or not, whatever was there before. */
  reset?(): void
  /** The same layout for the inside of a transaction, where what is remembered outside need not be so. */
  inside?(): Layout
}
