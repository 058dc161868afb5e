// The entry `strata/engines/redis` of the package.
export { redisKind } from '../../kinds/redis.ts'
export type { RedisOptions } from './options.ts'
export { type RedisContext, RedisDatastore } from './redis-datastore.ts'
