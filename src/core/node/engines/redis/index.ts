// The entry `strata/engines/redis` of the package.

export type { ProgramContext as RedisContext } from '../../connect/server-context.ts'
export { redisKind } from '../../kinds/redis.ts'
export type { RedisOptions } from './options.ts'
export { RedisDatastore } from './redis-datastore.ts'
