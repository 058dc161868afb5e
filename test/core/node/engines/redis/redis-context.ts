import { afterEach } from 'vitest'
import type { RedisOptions } from '../../../../../src/core/node/engines/redis/open-redis.ts'
import type { ServerContext } from '../../../../../src/core/node/engines/redis/open-server.ts'
import { RedisDatastore } from '../../../../../src/core/node/engines/redis/redis-datastore.ts'

/** The value of every secret of a test. */
export const SECRET = 'correct-horse-battery'

export const context: ServerContext = {
  baseDirectory: undefined,
  secret: () => Promise.resolve(SECRET),
}

const opened: { close(): Promise<unknown> }[] = []
/** Closes what a test has opened, the last first. */
export function closeAfterEach(): void {
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
