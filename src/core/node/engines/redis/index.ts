// The entry `strata/engines/redis` of the package.

export type { ProgramContext as RedisContext } from '../../connect/server-context.ts'
export { redisKind } from '../../kinds/redis.ts'
export { RedisDatastore, type RedisOptions } from './redis-datastore.ts'
