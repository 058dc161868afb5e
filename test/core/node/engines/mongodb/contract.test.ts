import { afterAll, describe, it } from 'vitest'
import {
  MongoDatastore,
  type MongoOptions,
} from '../../../../../src/core/node/engines/mongodb/mongo-datastore.ts'
import { openMongoDriver } from '../../../../../src/core/node/engines/mongodb/open-mongo.ts'
import { describeOrderedDriver } from '../../../../../src/testkit/describe-ordered-driver.ts'
import type { SuiteOptions } from '../../../../../src/testkit/suite.ts'
import { describeDatastore, openedAt } from '../../../../contract/describe-datastore.ts'
import { heldByPath } from '../../../ordered/path/held-by-path.ts'
import { context } from '../server-context.ts'
import { mongoServer, newName } from './mongo-context.ts'

const servers = {
  'one server': await mongoServer(),
  'a replica set': await mongoServer({ isReplicated: true }),
}
afterAll(async () => {
  for (const server of Object.values(servers)) await server.stop()
})

function describeMongo(
  server: { readonly url: string },
  name: string,
  options: Partial<MongoOptions>,
  suite: Pick<SuiteOptions<Uint8Array>, 'hostileSegments'> = {},
): void {
  describeDatastore(name, {
    ...openedAt(
      () => Promise.resolve(newName()),
      collection => MongoDatastore.open({ url: server.url, collection, ...options }, context),
    ),
    ...suite,
    runs: 4,
  })
}

const held = heldByPath({})
for (const [kind, server] of Object.entries(servers)) {
  describeMongo(server, `E95 E127 MongoDatastore in ${kind}`, {})
  describeMongo(
    server,
    `E95 E127 MongoDatastore in layout path in ${kind}`,
    { layout: 'path' },
    { hostileSegments: segment => (segment.includes('\0') ? false : held(segment)) },
  )
  for (const layout of ['strata', 'path'] as const) {
    const places = new WeakMap<object, string>()
    const openIn = async (collection: string) => {
      const driver = await openMongoDriver({ url: server.url, collection, layout }, context)
      places.set(driver, collection)
      return driver
    }
    const again = (driver: object) => openIn(places.get(driver) ?? '')
    describeOrderedDriver(
      `E127 a collection of MongoDB for layout ${layout} in ${kind}`,
      { create: () => openIn(newName()), reopen: again, beside: again },
      { describe, it },
    )
  }
}
