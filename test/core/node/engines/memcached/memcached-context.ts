import {
  MemcachedDatastore,
  type MemcachedOptions,
} from '../../../../../src/core/node/engines/memcached/memcached-datastore.ts'
import { MetaConnection } from '../../../../../src/core/node/engines/memcached/meta-connection.ts'
import { type MemcachedServer, startMemcached } from '../../../../servers/memcached.ts'
import { closing, context, stopping } from '../server-context.ts'

/** A server for one test, and a connection past the store under test. */
export async function startedMemcached(
  options?: Parameters<typeof startMemcached>[0],
): Promise<{ readonly server: MemcachedServer; readonly direct: MetaConnection }> {
  const server = await stopping(startMemcached(options))
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
