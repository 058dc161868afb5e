import { afterAll, describe, it } from 'vitest'
import { openEtcdDriver } from '../../../../../src/core/node/engines/etcd/open-etcd.ts'
import type { OrderedDriver } from '../../../../../src/core/ordered/driver.ts'
import { describeOrderedDriver } from '../../../../../src/testkit/describe-ordered-driver.ts'
import { noEtcd, startEtcd } from '../../../../servers/etcd.ts'
import { context } from '../server-context.ts'

if (noEtcd === undefined) {
  const server = await startEtcd({ isInMemory: true })
  afterAll(() => server.stop())
  let count = 0
  for (const layout of ['strata', 'path'] as const) {
    const places = new WeakMap<object, string>()
    const openIn = async (prefix: string): Promise<OrderedDriver> => {
      const driver = await openEtcdDriver({ url: server.url, prefix, layout }, context)
      places.set(driver, prefix)
      return driver
    }
    const again = (driver: object) => openIn(places.get(driver) ?? '')
    describeOrderedDriver(
      `keys of etcd for layout ${layout}`,
      { create: () => openIn(`p${count++}-`), reopen: again, beside: again },
      { describe, it },
    )
  }
} else it('keys of etcd', ({ skip }) => skip(noEtcd))
