import { afterEach, beforeEach } from 'vitest'
import type { ServerContext } from '../../../../../src/core/node/connect/server-context.ts'
import type { RedisOptions } from '../../../../../src/core/node/engines/redis/options.ts'
import { RedisDatastore } from '../../../../../src/core/node/engines/redis/redis-datastore.ts'
import { noRedis } from '../../../../servers/redis.ts'

/** The value of every secret of a test. */
export const SECRET = 'correct-horse-battery'

export const context: ServerContext = {
  baseDirectory: undefined,
  secret: () => Promise.resolve(SECRET),
}

const opened: { close(): Promise<unknown> }[] = []
/** Tests on a server: skipped where there is none, and closing what they have opened, the last first. */
export function onServers(): void {
  beforeEach(({ skip }) => skip(noRedis !== undefined, noRedis))
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close()
  })
}

export function closing<T extends { close(): Promise<unknown> }>(one: T): T {
  opened.push(one)
  return one
}

export async function openDatastore(
  options: Partial<RedisOptions> & { url: string },
): Promise<RedisDatastore> {
  return closing(await RedisDatastore.open({ timeout: 2000, ...options }, context))
}
