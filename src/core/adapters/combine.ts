import type { Accuracy, CallOptions, Capabilities, Datastore, StoreStats } from '../datastore.ts'
import { DatastoreError } from '../errors.ts'

/** @throws DatastoreError `CONFIG_INVALID` */
export function assertChildren(stores: readonly unknown[], what: string): void {
  if (stores.length === 0) {
    throw new DatastoreError(
      'CONFIG_INVALID',
      `Cannot open a ${what} store: it needs at least one store below`,
    )
  }
}

/** What stores that each hold a part of the keys can do together: what all of them can. */
export function capabilitiesOfParts(
  parts: readonly Pick<Datastore<unknown>, 'capabilities'>[],
): Capabilities {
  const all = parts.map(part => part.capabilities)
  const every = (test: (one: Capabilities) => boolean) => all.every(test)
  return {
    query: weakest(
      ['scan', 'partial', 'native'],
      all.map(one => one.query),
    ),
    list: weakest(
      ['store', 'level', 'seek'],
      all.map(one => one.list),
    ),
    watch: weakest(
      ['none', 'own', 'all'],
      all.map(one => one.watch),
    ),
    // Writes go to each part by themselves, and where there is one part too.
    atomicBatch: false,
    streams: every(one => one.streams),
    rename: parts.length === 1 && every(one => one.rename === 'atomic') ? 'atomic' : 'copy',
    ttl: every(one => one.ttl),
    durable: every(one => one.durable),
    persistent: all.some(one => one.persistent),
    order: every(one => one.order),
    writable: every(one => one.writable),
    objects: all.some(one => one.objects === true),
    manyToOne: all.some(one => one.manyToOne === true),
  }
}

/** Closes each store once, and all of them even when some fail; then rejects with the first failure. */
export async function closeAll(stores: readonly Pick<Datastore<unknown>, 'close'>[]): Promise<void> {
  const results = await Promise.allSettled([...new Set(stores)].map(store => store.close()))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** Adds up the figures of stores that each hold a part of the keys; a shared store counts once. */
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

/** The first grade of `grades`, from weak to strong, that any of `found` has. */
function weakest<Grade extends string>(grades: readonly [Grade, ...Grade[]], found: readonly Grade[]): Grade {
  return grades.find(grade => found.includes(grade)) ?? grades[0]
}
