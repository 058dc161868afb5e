// The entry `strata/engines/memcached` of the package.
export { memcachedKind } from '../../kinds/memcached.ts'
export { MemcachedDatastore } from './memcached-datastore.ts'
export type { MemcachedContext, MemcachedOptions } from './options.ts'
