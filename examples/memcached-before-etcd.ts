// memcached before etcd: etcd keeps every value, and memcached answers what was read lately, for every program that uses both.
// ETCD_URL and MEMCACHED_URL name the servers. It needs the package etcd3.
import { Key, TieredDatastore } from 'strata/core'
import { EtcdDatastore } from 'strata/engines/etcd'
import { MemcachedDatastore } from 'strata/engines/memcached'

const { ETCD_URL = 'etcd://127.0.0.1:2379', MEMCACHED_URL = 'memcached://127.0.0.1:11211' } = process.env
const etcd = await EtcdDatastore.open({ url: ETCD_URL, prefix: 'settings/' })
const memcached = await MemcachedDatastore.open({ url: MEMCACHED_URL, prefix: 'settings/', layout: 'strata' })
await using settings = new TieredDatastore([memcached, etcd])

const theme = Key.parse('/window/theme')
await settings.put(theme, new TextEncoder().encode('dark'))
console.log(new TextDecoder().decode(await settings.get(theme)))
// → dark

// The last tier judges: a put with an old version is refused.
const { etag } = await settings.stat(theme)
await settings.put(theme, new TextEncoder().encode('light'), { ifMatch: etag })
const late = settings.put(theme, new TextEncoder().encode('grey'), { ifMatch: etag })
console.log(await late.catch((error: unknown) => (error as { code: string }).code))
// → CONFLICT

await settings.delete(theme)
