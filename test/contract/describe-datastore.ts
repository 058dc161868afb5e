import { describe, it } from 'vitest'
import type { Datastore } from '../../src/core/open/datastore.ts'
import { describeDatastore as describeWith } from '../../src/testkit/describe-datastore.ts'
import type { SuiteOptions } from '../../src/testkit/suite.ts'

/** The suite of `strata/testkit`, run by vitest. */
export function describeDatastore<V = Uint8Array>(name: string, options: SuiteOptions<V>): void {
  describeWith(name, options, { describe, it })
}

/**
 * How to open stores whose data is somewhere else, such as in a folder: once, again after closing, and a
 * second time while open.
 * @param make Creates a location for the data of a new store.
 * @param openBeside Opens a store on a location that is already open. Default: `open`.
 */
export function openedAt<Place, V>(
  make: () => Promise<Place>,
  open: (place: Place) => Promise<Datastore<V>>,
  openBeside = open,
): Pick<SuiteOptions<V>, 'create' | 'reopen' | 'beside'> {
  const places = new WeakMap<object, Place>()
  const openIn = async (place: Place) => {
    const store = await open(place)
    places.set(store, place)
    return store
  }
  const placeOf = (store: object) => places.get(store) as Place
  return {
    create: async () => openIn(await make()),
    reopen: closed => openIn(placeOf(closed)),
    beside: store => openBeside(placeOf(store)),
  }
}
