import { DatastoreError } from '../../../errors.ts'
import type { Store } from '../../../open/store.ts'
import { openOrdered } from '../../../ordered/open-ordered.ts'
import { PathNames } from '../../../ordered/path/path-names.ts'
import { FORMAT_KEY } from '../../../ordered/strata/own-records.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { IndexedStore } from '../../indexed/indexed-store.ts'
import type { RedisOptions } from './redis-datastore.ts'
import { type Connection, ReconnectHook, type RedisPackage, type Reply } from './server/connection.ts'
import { redisFailure } from './server/failures.ts'
import { type Access, accessTo } from './server/open-server.ts'
import type { RedisServer } from './server/server.ts'
import { factsOf, type ServerFacts, serverClock } from './server/server-facts.ts'
import { openServer } from './server/topology.ts'
import { Tracker } from './server/tracker.ts'
import { StrataDriver } from './strata/strata-driver.ts'
import { StrataNames } from './strata/strata-names.ts'
import { RedisValues } from './values/redis-values.ts'

/** Buckets of a new store in a cluster, so that all masters are used. */
const BUCKETS = 16

/**
 * The store in a Redis server.
 * @param load Loads the client; a test passes its own.
 * @throws DatastoreError `CONFIG_INVALID`, `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`
 */
export async function openRedis(
  options: RedisOptions,
  context: ServerContext,
  load?: () => Promise<RedisPackage>,
): Promise<Store> {
  const access = await accessTo(options, context, load)
  let server: RedisServer | undefined
  try {
    const tracker = new Tracker(access.settingsFor(access.address), Buffer.from(options.prefix ?? ''))
    const reconnectHook = new ReconnectHook()
    server = await openServer(access, options.cluster, async send => {
      await reconnectHook.prepare(send)
      await tracker.prepare(send)
    })
    return await openStore(options, access, closing(server, access), {
      tracker,
      reconnectHook,
      report: context.report,
    })
  } catch (error) {
    await server?.close()
    await access.close()
    throw error
  }
}

async function openStore(
  options: RedisOptions,
  access: Access,
  server: RedisServer,
  {
    tracker,
    reconnectHook,
    report,
  }: Pick<ServerContext, 'report'> & {
    readonly tracker: Tracker
    readonly reconnectHook: ReconnectHook
  },
): Promise<Store> {
  const { prefix = '', readOnly = false, layout } = options
  const all = await Promise.all(server.masters.map(master => factsOf(master, `${prefix}strata-probe`)))
  const facts = { ...(all[0] as ServerFacts), isDurable: all.every(({ isDurable }) => isDurable) }
  const own = await ownNames(server, prefix)
  const isStrata = own !== undefined || (await isEmpty(server)) || (layout === 'strata' && prefix !== '')
  if (
    layout !== undefined &&
    (layout === 'strata') !== isStrata &&
    (own !== undefined || layout === 'strata')
  ) {
    const state =
      own === undefined
        ? 'it holds keys of other programs, so layout "strata" needs a prefix of its own'
        : 'it has layout "strata", not "path"'
    throw new DatastoreError('CONFIG_INVALID', `Cannot open this database: ${state}`)
  }
  const { database, name } = access.settingsFor(access.address)
  const first = server.masters[0] as Connection
  const info = { kind: 'redis', id: `redis:${facts.runId ?? name}/${database}/${prefix}` }
  const now = await serverClock(first)
  const shared = { server, facts, now, isReadOnly: readOnly }
  if ((layout ?? (isStrata ? 'strata' : 'path')) === 'path') {
    const { separator = ':', leading } = options
    const names = new PathNames({ separator, leading, prefix: Buffer.from(prefix) })
    const isTracking = !server.isCluster && (await tracker.open(first))
    const activeTracker = isTracking ? tracker : undefined
    const values = new RedisValues({
      ...shared,
      names,
      info,
      database,
      tracker: activeTracker,
      reconnectHook,
    })
    return new IndexedStore(values, indexing => report?.({ indexing }))
  }
  const names = own ?? new StrataNames(prefix, server.isCluster ? BUCKETS : 1)
  const driver = new StrataDriver(server, { ...shared, names, id: info.id, reconnectHook })
  return openOrdered(driver, { layout: 'strata', readOnly, now, durable: facts.isDurable })
}

/** The names of an existing store of layout `strata`. */
async function ownNames(server: RedisServer, prefix: string): Promise<StrataNames | undefined> {
  for (const buckets of [1, BUCKETS]) {
    const names = new StrataNames(prefix, buckets)
    const record = names.valueOf(FORMAT_KEY, 0)
    try {
      if ((await server.send(record, ['EXISTS', record])) === 1) return names
    } catch (error) {
      throw redisFailure('open a Redis store', error)
    }
  }
  return undefined
}

async function isEmpty({ masters }: RedisServer): Promise<boolean> {
  const sizes = await Promise.all(masters.map(master => master.send(['DBSIZE']).catch(() => undefined)))
  return sizes.every(size => size === 0)
}

/** A server that also closes its tunnel. */
function closing(server: RedisServer, access: Access): RedisServer {
  return {
    isCluster: server.isCluster,
    get masters() {
      return server.masters
    },
    send: (key, args) => server.send(key, args),
    run: (script, keys, args) => server.run(script, keys, args),
    transact: server.transact && (commands => server.transact?.(commands) as Promise<readonly Reply[]>),
    close: async () => {
      await server.close()
      await access.close()
    },
  }
}
