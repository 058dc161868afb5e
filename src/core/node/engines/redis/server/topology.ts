import { ClusterServer } from './cluster.ts'
import { Connection, type ConnectionSettings } from './connection.ts'
import type { Access } from './open-server.ts'
import { type RedisServer, SingleServer } from './server.ts'
import { asked } from './server-facts.ts'

/**
 * Connects to a server, and to all masters if it is part of a cluster.
 * @param isCluster Whether it is. Default: detected.
 * @param prepare Runs on each connection to a server that is not part of a cluster.
 */
export async function openServer(
  access: Access,
  isCluster: boolean | undefined,
  prepare?: ConnectionSettings['prepare'],
): Promise<RedisServer> {
  const first = await Connection.open({ ...access.settingsFor(access.address), prepare })
  try {
    const isOne = isCluster ?? Array.isArray(await asked(first, ['CLUSTER', 'SLOTS']))
    if (!isOne) return new SingleServer(first)
    const cluster = await ClusterServer.open(first, access)
    await first.close()
    return cluster
  } catch (error) {
    await first.close()
    throw error
  }
}
