import { afterAll, it } from 'vitest'
import { cache } from '../../../../src/core/adapters/cache.ts'
import { TieredDatastore } from '../../../../src/core/adapters/tiered/tiered.ts'
import { EtcdDatastore } from '../../../../src/core/node/engines/etcd/etcd-datastore.ts'
import { MemcachedDatastore } from '../../../../src/core/node/engines/memcached/memcached-datastore.ts'
import { describeDatastore, openedAt } from '../../../contract/describe-datastore.ts'
import { noEtcd, startEtcd } from '../../../servers/etcd.ts'
import { noMemcached, startMemcached } from '../../../servers/memcached.ts'

const missing = noEtcd ?? noMemcached
if (missing === undefined) {
  const etcd = await startEtcd({ isInMemory: true })
  const memcached = await startMemcached()
  afterAll(async () => {
    await etcd.stop()
    await memcached.stop()
  })
  let places = 0
  const make = () => Promise.resolve(`p${String(places++).padStart(4, '0')}-`)

  describeDatastore('cache over etcd', {
    ...openedAt(make, async prefix =>
      cache(await EtcdDatastore.open({ url: etcd.url, prefix }), { maxEntries: 20 }),
    ),
    runs: 3,
  })
  describeDatastore('TieredDatastore of memcached and etcd', {
    ...openedAt(make, async prefix => {
      return new TieredDatastore<Uint8Array>([
        await MemcachedDatastore.open({ url: memcached.url, prefix }),
        await EtcdDatastore.open({ url: etcd.url, prefix }),
      ])
    }),
    runs: 3,
  })
} else it('adapters over etcd and memcached', ({ skip }) => skip(missing))
