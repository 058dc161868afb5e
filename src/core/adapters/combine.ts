import { weakest } from '../capabilities.ts'
import type { Accuracy, CallOptions, StoreStats } from '../datastore.ts'
import { DatastoreError } from '../errors.ts'
import type { Datastore } from '../open/datastore.ts'

/** @throws DatastoreError `CONFIG_INVALID` */
export function assertChildren(stores: readonly unknown[], what: string): void {
  if (stores.length === 0) {
    throw new DatastoreError(
      'CONFIG_INVALID',
      `Cannot open a ${what} store: it needs at least one store below`,
    )
  }
}

/** Adds up the figures of stores that each hold a part of the keys. A store that occurs twice counts once. */
export async function statsOfParts(
  stores: readonly Pick<Datastore<unknown>, 'stats'>[],
  options?: CallOptions,
): Promise<StoreStats> {
  const all = await Promise.all([...new Set(stores)].map(store => store.stats(options)))
  const sum = (pick: (one: StoreStats) => number | undefined): number | undefined => {
    const known = all.map(pick).filter(figure => figure !== undefined)
    return known.length === 0 ? undefined : known.reduce((total, figure) => total + figure, 0)
  }
  const isComplete = all.every(one => one.entries !== undefined && one.bytes !== undefined)
  const accuracy = weakest<Accuracy>(
    ['unknown', 'approximate', 'lower-bound', 'exact'],
    all.map(one => one.accuracy),
  )
  return {
    entries: sum(one => one.entries),
    bytes: sum(one => one.bytes),
    accuracy: accuracy === 'exact' && !isComplete ? 'lower-bound' : accuracy,
  }
}
