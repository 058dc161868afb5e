import { Etcd3 } from 'etcd3'
import { EtcdDatastore, type EtcdOptions } from '../../../../../src/core/node/engines/etcd/etcd-datastore.ts'
import { type EtcdServer, startEtcd } from '../../../../servers/etcd.ts'
import { closing, context, stopping } from '../server-context.ts'

/** A server for one test, and a client that writes past the store under test. */
export async function startedEtcd(
  options?: Parameters<typeof startEtcd>[0],
): Promise<{ readonly server: EtcdServer; readonly client: Etcd3 }> {
  const server = await stopping(startEtcd(options))
  return { server, client: clientOf(server.port) }
}

/** A client that writes past the store under test. */
export function clientOf(
  port: number,
  auth?: { readonly username: string; readonly password: string },
): Etcd3 {
  const client = new Etcd3({ hosts: `http://127.0.0.1:${port}`, ...(auth !== undefined && { auth }) })
  closing({
    close: () => {
      client.close()
      return Promise.resolve()
    },
  })
  return client
}

export async function openDatastore(options: Partial<EtcdOptions> & { url: string }): Promise<EtcdDatastore> {
  return closing(await EtcdDatastore.open({ timeout: 5000, ...options }, context))
}
