import type { MongoClient } from 'mongodb'
import { DatastoreError } from '../../../errors.ts'
import { LostConnections } from '../../connect/lost-connections.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { mongoFailure } from './failures.ts'

interface Server {
  /** Why the last heartbeat failed; `undefined` if it was answered. */
  failure: DatastoreError | undefined
}

/**
 * The servers of a client by their heartbeats. The client itself waits for a lost server until the time limit of a call;
 * here calls fail as soon as none of the servers can be reached.
 */
export class ReachableServers {
  readonly #servers = new Map<string, Server>()
  readonly #lost: LostConnections
  /** Reads that end once no server can be reached. */
  readonly #reads = new Set<(failure: DatastoreError) => void>()

  constructor(client: MongoClient, report: ServerContext['report']) {
    this.#lost = new LostConnections(lost => report?.({ lost }))
    // Known before its first heartbeat, so that the failure of one server does not stand for all.
    client.on('serverOpening', ({ address }) => void this.#server(address))
    client.on('serverHeartbeatFailed', ({ connectionId, failure }) => this.#failed(connectionId, failure))
    client.on('serverHeartbeatSucceeded', ({ connectionId }) => {
      const server = this.#server(connectionId)
      server.failure = undefined
      this.#lost.remove(server)
    })
    client.on('serverClosed', ({ address }) => {
      this.#lost.remove(this.#server(address))
      this.#servers.delete(address)
    })
  }

  /** @throws DatastoreError `CONNECTION` if no server can be reached. */
  assertSome(action: string): void {
    const { failure } = this
    if (failure !== undefined) throw copyOf(failure, action)
  }

  /** Waits for a read only as long as a server can be reached. A write is awaited, since the client may repeat it. */
  async read<T>(action: string, work: () => Promise<T>): Promise<T> {
    this.assertSome(action)
    let end: (failure: DatastoreError) => void = () => undefined
    const noServer = new Promise<never>((_, reject) => {
      end = failure => reject(copyOf(failure, action))
    })
    this.#reads.add(end)
    try {
      return await Promise.race([work(), noServer])
    } finally {
      this.#reads.delete(end)
    }
  }

  /** Why no server can be reached; `undefined` while one can, or before the first heartbeat. */
  get failure(): DatastoreError | undefined {
    const servers = [...this.#servers.values()]
    return servers.every(({ failure }) => failure !== undefined) ? servers[0]?.failure : undefined
  }

  #failed(address: string, error: Error): void {
    const server = this.#server(address)
    server.failure = mongoFailure(`connect to ${address}`, error)
    this.#lost.add(server, server.failure.message)
    const { failure } = this
    if (failure !== undefined) for (const end of this.#reads) end(failure)
  }

  #server(address: string): Server {
    const server = this.#servers.get(address) ?? { failure: undefined }
    this.#servers.set(address, server)
    return server
  }
}

function copyOf({ code, reason, cause }: DatastoreError, action: string): DatastoreError {
  return new DatastoreError(code, { action, reason }, { cause })
}
