// The entry `strata/engines/memcached` of the package.

export type { ProgramContext as MemcachedContext } from '../../connect/server-context.ts'
export { memcachedKind } from '../../kinds/memcached.ts'
export { MemcachedDatastore, type MemcachedOptions } from './memcached-datastore.ts'
