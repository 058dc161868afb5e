import type { Key } from '../key.ts'
import type { Call } from './call.ts'
import type { OpenStore } from './open-store.ts'
import type { Found } from './store.ts'

/** A store that may hold the value of a key, or a copy of it. */
export interface PlaceBelow {
  readonly type: 'below'
  readonly store: OpenStore
  /** The key in the terms of that store. */
  readonly key: Key
  /** Whether it is a copy of what another place holds. */
  readonly isCopy?: boolean | undefined
  /**
   * Decodes the stored bytes to the value; `undefined` if the value has more bytes than `limit`. Default: the stored
   * bytes are the value.
   */
  readonly decode?: ((found: Found, limit: number) => Promise<Found | undefined>) | undefined
}

/** A write that the store has acknowledged and that its children do not have yet. */
export interface PendingWrite {
  readonly type: 'pending'
  /** The value; `undefined` for a delete. */
  readonly found: Found | undefined
}

export type CopyPlace = PlaceBelow | PendingWrite

/**
 * The value that a read would return, without the effects of a read: no tier is filled, and no use is counted. Unlike a
 * read, it fails if a tier fails.
 */
export async function peekThrough(store: OpenStore, key: Key, call: Call): Promise<Found | undefined> {
  const places = await store.copiesOf(key, call)
  if (places === undefined) return store.peek(key, call)
  for (const place of places) {
    if (place.type === 'pending') return place.found
    const found = await peekThrough(place.store, place.key, call)
    if (found !== undefined)
      return place.decode === undefined ? found : place.decode(found, Number.POSITIVE_INFINITY)
  }
  return undefined
}
