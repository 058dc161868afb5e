import type { Connection, Reply } from './connection.ts'
import { isRefusal, redisFailure } from './failures.ts'

/** Properties of a server. If the user may not ask for one, the weakest value is assumed. */
export interface ServerFacts {
  /** `7.0.15`. */
  readonly version: string | undefined
  readonly isReplica: boolean
  readonly isCluster: boolean
  /** Every write is on the device once it is answered. */
  readonly isDurable: boolean
  /** The user may write, and run scripts. */
  readonly mayWrite: boolean
  /** The maximum number of bytes of a string. */
  readonly valueBytes: number
  /** Identifies this server until it is restarted. */
  readonly runId: string | undefined
}

/** The default limit of a server. */
const VALUE_BYTES = 512 * 1024 * 1024
/** The limit that no server exceeds. */
const MAX_VALUE_BYTES = 2 ** 31 - 1

/** @param probe The name of an absent key that the store is allowed to write. */
export async function factsOf(connection: Connection, probe: string): Promise<ServerFacts> {
  const [info, slots, sync, bulk, write, run] = await Promise.all([
    asked(connection, ['INFO']),
    asked(connection, ['CLUSTER', 'SLOTS']),
    asked(connection, ['CONFIG', 'GET', 'append*']),
    asked(connection, ['CONFIG', 'GET', 'proto-max-bulk-len']),
    // Neither of these changes anything.
    isPermitted(connection, ['SET', probe, '', 'XX']),
    isPermitted(connection, ['EVAL', 'return 1', '0']),
  ])
  const fields = fieldsOf(info)
  const settings = Array.isArray(sync) ? sync.map(String) : []
  const valueBytes = Array.isArray(bulk) ? Number(String(bulk[1])) : VALUE_BYTES
  const setting = (name: string) => settings[settings.indexOf(name) + 1]
  return {
    version: fields.get('redis_version'),
    isReplica: fields.get('role') === 'slave',
    isCluster: Array.isArray(slots),
    isDurable:
      settings.includes('appendonly') &&
      setting('appendonly') === 'yes' &&
      setting('appendfsync') === 'always',
    mayWrite: write && run,
    valueBytes: Math.min(valueBytes, MAX_VALUE_BYTES),
    runId: fields.get('run_id'),
  }
}

/** An answer, or `undefined` if the server does not permit the command. */
export async function asked(connection: Connection, command: readonly string[]): Promise<Reply | undefined> {
  try {
    return await connection.send(command)
  } catch (error) {
    if (isRefusal(error, 'NOPERM') || isRefusal(error, 'ERR')) return undefined
    throw error
  }
}

/** Whether the user may run a command. In a cluster, another master may be the one that answers it. */
async function isPermitted(connection: Connection, command: readonly string[]): Promise<boolean> {
  try {
    await connection.send(command)
    return true
  } catch (error) {
    if (isRefusal(error, 'NOPERM') || isRefusal(error, 'READONLY')) return false
    if (isRefusal(error, 'MOVED') || isRefusal(error, 'OOM') || isRefusal(error, 'MISCONF')) return true
    throw redisFailure('ask the server what the user may do', error)
  }
}

/** Parses the lines `name:value` of INFO. */
export function fieldsOf(info: Reply | undefined): ReadonlyMap<string, string> {
  const text = Buffer.isBuffer(info) ? info.toString() : ''
  return new Map(
    text.split('\r\n').flatMap(line => {
      const colon = line.indexOf(':')
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const]
    }),
  )
}

/** How often the server is asked. The fastest answer is the most precise. */
const ATTEMPTS = 3

/** The clock of the server, in milliseconds since 1970, so that every client agrees on when a value expires. */
export async function serverClock(connection: Connection): Promise<() => number> {
  let best = Number.POSITIVE_INFINITY
  let offset = Date.now() - performance.now()
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const start = performance.now()
    const time = await connection.send(['TIME']).catch((error: unknown) => {
      throw redisFailure('ask the server for its time', error)
    })
    const took = performance.now() - start
    if (took >= best || !Array.isArray(time)) continue
    best = took
    offset = Number(time[0]) * 1000 + Number(time[1]) / 1000 - (start + took / 2)
  }
  return () => Math.floor(performance.now() + offset)
}
