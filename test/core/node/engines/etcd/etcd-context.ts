import { Etcd3 } from 'etcd3'
import { afterEach, beforeEach } from 'vitest'
import type { ServerContext } from '../../../../../src/core/node/connect/server-context.ts'
import { EtcdDatastore } from '../../../../../src/core/node/engines/etcd/etcd-datastore.ts'
import type { EtcdOptions } from '../../../../../src/core/node/engines/etcd/options.ts'
import { type EtcdServer, noEtcd, startEtcd } from '../../../../servers/etcd.ts'

/** The value of every secret of a test. */
export const SECRET = 'correct-horse-battery'

export const context: ServerContext = {
  baseDirectory: undefined,
  secret: () => Promise.resolve(SECRET),
}

const opened: { close(): Promise<unknown> }[] = []
/** Tests on a server: skipped where there is none, and closing what they have opened, the last first. */
export function onServers(): void {
  beforeEach(({ skip }) => skip(noEtcd !== undefined, noEtcd))
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close()
  })
}

export function closing<T extends { close(): Promise<unknown> }>(one: T): T {
  opened.push(one)
  return one
}

/** A server of a test's own, and the client of other programs. */
export async function startedEtcd(
  options?: Parameters<typeof startEtcd>[0],
): Promise<{ readonly server: EtcdServer; readonly client: Etcd3 }> {
  const server = await startEtcd(options)
  closing({ close: () => server.stop() })
  return { server, client: clientOf(server.port) }
}

/** The client that other programs use, past the store under test. */
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
