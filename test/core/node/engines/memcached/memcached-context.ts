import { afterEach, beforeEach } from 'vitest'
import type { ServerContext } from '../../../../../src/core/node/connect/server-context.ts'
import { MemcachedDatastore } from '../../../../../src/core/node/engines/memcached/memcached-datastore.ts'
import { MetaConnection } from '../../../../../src/core/node/engines/memcached/meta-connection.ts'
import type { MemcachedOptions } from '../../../../../src/core/node/engines/memcached/options.ts'
import { type MemcachedServer, noMemcached, startMemcached } from '../../../../servers/memcached.ts'

export const context: ServerContext = {
  baseDirectory: undefined,
  secret: () => Promise.reject(new Error('memcached has no secrets')),
}

const opened: { close(): Promise<unknown> }[] = []
/** Tests on a server: skipped where there is none, and closing what they have opened, the last first. */
export function onServers(): void {
  beforeEach(({ skip }) => skip(noMemcached !== undefined, noMemcached))
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close()
  })
}

export function closing<T extends { close(): Promise<unknown> }>(one: T): T {
  opened.push(one)
  return one
}

/** A server of a test's own, and a connection past the store under test. */
export async function startedMemcached(
  options?: Parameters<typeof startMemcached>[0],
): Promise<{ readonly server: MemcachedServer; readonly direct: MetaConnection }> {
  const server = await startMemcached(options)
  closing({ close: () => server.stop() })
  const direct = await MetaConnection.open({ host: '127.0.0.1', port: server.port }, undefined, 5000)
  closing({
    close: () => {
      direct.close()
      return Promise.resolve()
    },
  })
  return { server, direct }
}

export async function openDatastore(
  options: Partial<MemcachedOptions> & { url: string },
): Promise<MemcachedDatastore> {
  return closing(await MemcachedDatastore.open({ timeout: 5000, ...options }, context))
}
