import type * as Package from 'mongodb'
import type { Db, MongoClient, MongoClientOptions } from 'mongodb'
import { failure } from '../../../errors.ts'
import { checkOptions, wholeNumber } from '../../../options.ts'
import { serverUrl } from '../../../stack/server-url.ts'
import { CONNECTION_TIMEOUT } from '../../connect/connection-options.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { tlsSettings } from '../../connect/tls.ts'
import { Tunnel } from '../../connect/tunnel.ts'
import { optionalPackage } from '../../optional-package.ts'
import { mongoFailure, refusal } from './failures.ts'
import type { MongoOptions } from './mongo-datastore.ts'
import { ReachableServers } from './reachable-servers.ts'

/** The address of a server or of several: `mongodb://a:27017,b:27017/database?replicaSet=rs`. */
const ADDRESS = /^(mongodb(?:\+srv)?):\/\/(?:([^/@]*)@)?([^/?]+)(?:\/([^?]*))?(\?.*)?$/
const PORT = 27_017
/** How often the client looks after a server that is lost, in milliseconds. */
const HEARTBEAT = 2000

/** The schema of an address. */
export const mongoUrl = () => serverUrl(['mongodb', 'mongodb+srv'], true)

export type Client = typeof Package

/** A client of a server, and the database. */
export interface MongoAccess {
  readonly package: Client
  readonly client: MongoClient
  readonly database: Db
  /** The names of the servers in messages. */
  readonly name: string
  readonly user: string | undefined
  readonly isEncrypted: boolean
  /** Milliseconds for a call. */
  readonly timeout: number
  /** Makes a call that only reads. It fails as soon as no server can be reached; any failure is one of the store. */
  read<T>(action: string, work: () => Promise<T>): Promise<T>
  /** Makes a call; a failure is one of the store. */
  call<T>(action: string, work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

/**
 * Loads the client, reads secrets and files, opens the tunnel, and connects.
 * @throws DatastoreError `CONFIG_INVALID`, `CONNECTION`, `ACCESS_DENIED`, `TIMEOUT`
 */
export async function accessTo(options: MongoOptions, context: ServerContext): Promise<MongoAccess> {
  checkOptions('open a MongoDB store', options, { timeout: wholeNumber(1, 600_000) })
  const { error } = mongoUrl().safeParse(options.url)
  const parts = ADDRESS.exec(options.url)
  if (error !== undefined || parts === null) throw refusal(error?.issues[0]?.message ?? 'it needs an address')
  const [, protocol = '', userPart = '', hosts = '', path = '', query = ''] = parts
  const { timeout = CONNECTION_TIMEOUT } = options
  const user = options.user ?? (userPart === '' ? undefined : decodeURIComponent(userPart.replace(/:$/, '')))
  const database = options.database ?? (path === '' ? 'test' : decodeURIComponent(path))
  const client = await optionalPackage('a MongoDB store', 'mongodb', () => import('mongodb'))
  const [host = '', port = String(PORT)] = (hosts.split(',')[0] ?? '').split(':')
  const tls = await tlsSettings(options.tls, host, context)
  const password = options.password && (await context.secret(options.password, 'password'))
  if (password !== undefined && user === undefined) {
    throw refusal('"password" needs a user, in "user" or in the address')
  }
  const tunnel = options.tunnel && (await Tunnel.open(options.tunnel, context))
  const settings: MongoClientOptions = {
    serverSelectionTimeoutMS: timeout,
    connectTimeoutMS: timeout,
    socketTimeoutMS: timeout,
    heartbeatFrequencyMS: HEARTBEAT,
    appName: 'strata',
    ...(user !== undefined && { auth: { username: user, ...(password !== undefined && { password }) } }),
    ...(tls !== undefined && ({ tls: true, ...tls } as MongoClientOptions)),
    ...(tunnel !== undefined && { directConnection: true }),
  }
  try {
    const place = await tunnel?.forward({ host, port: Number(port) })
    const address =
      place === undefined
        ? `${protocol}://${hosts}/${encodeURIComponent(database)}${query}`
        : `mongodb://${place.host}:${place.port}/${encodeURIComponent(database)}`
    const opened = new client.MongoClient(address, settings)
    const servers = new ReachableServers(opened, context.report)
    let isClosed = false
    const access: MongoAccess = {
      package: client,
      client: opened,
      database: opened.db(database),
      name: hosts,
      user,
      isEncrypted: tls !== undefined || protocol === 'mongodb+srv',
      timeout,
      read: (action, work) => made(action, () => servers.read(action, work)),
      call: (action, work) =>
        made(action, () => {
          servers.assertSome(action)
          return work()
        }),
      close: async () => {
        isClosed = true
        await opened.close()
        await tunnel?.close()
      },
    }
    async function made<T>(action: string, work: () => Promise<T>): Promise<T> {
      if (isClosed) throw failure('CLOSED', action, undefined, 'the store is closed')
      try {
        return await work()
      } catch (cause) {
        throw mongoFailure(action, cause)
      }
    }
    try {
      // Nothing is written yet, so it need not outlast the first answer of each server.
      await access.read(`connect to ${hosts}`, () => opened.connect())
    } catch (cause) {
      await access.close()
      throw cause
    }
    return access
  } catch (cause) {
    await tunnel?.close()
    throw mongoFailure(`connect to ${hosts}`, cause)
  }
}
