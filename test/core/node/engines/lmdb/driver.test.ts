import { afterAll, describe, it } from 'vitest'
import { openLmdb } from '../../../../../src/core/node/engines/lmdb/open-lmdb.ts'
import type { OrderedDriver } from '../../../../../src/core/ordered/driver.ts'
import { describeOrderedDriver } from '../../../../../src/testkit/describe-ordered-driver.ts'
import { TempRoots } from '../../fs/temp-root.ts'

const roots = new TempRoots()
afterAll(() => roots.remove())

const places = new WeakMap<object, string>()

for (const database of [undefined, 'named']) {
  const openIn = async (path: string): Promise<OrderedDriver> => {
    const { driver } = await openLmdb(path, { readOnly: false, create: true, database })
    places.set(driver, path)
    return driver
  }
  const openAgain = async (driver: OrderedDriver) => openIn(places.get(driver) ?? '')
  describeOrderedDriver(
    database === undefined ? 'LMDB' : 'LMDB, a named database',
    { create: async () => openIn(await roots.make()), beside: openAgain, reopen: openAgain },
    { describe, it },
  )
}
