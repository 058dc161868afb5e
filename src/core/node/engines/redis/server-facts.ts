import type { Connection, Reply } from './connection.ts'
import { isRefusal, redisFailure } from './failures.ts'

/** What a server says of itself. A user who may not ask gets the weakest of it. */
export interface ServerFacts {
  /** `7.0.15`. */
  readonly version: string | undefined
  readonly isReplica: boolean
  readonly isCluster: boolean
  /** Every write is on the device once it is answered. */
  readonly isDurable: boolean
  /** The user may write, and run scripts. */
  readonly mayWrite: boolean
  /** Bytes of the longest text that it takes. */
  readonly valueBytes: number
  /** Names this server until it is started again. */
  readonly runId: string | undefined
}

/** What a server takes unless it is told otherwise. */
const VALUE_BYTES = 512 * 1024 * 1024
/** What no server takes more of. */
const MOST_VALUE_BYTES = 2 ** 31 - 1

/** @param probe A name that is not there, of those that the store may write. */
export async function factsOf(connection: Connection, probe: string): Promise<ServerFacts> {
  const [info, slots, sync, bulk, write, run] = await Promise.all([
    asked(connection, ['INFO']),
    asked(connection, ['CLUSTER', 'SLOTS']),
    asked(connection, ['CONFIG', 'GET', 'append*']),
    asked(connection, ['CONFIG', 'GET', 'proto-max-bulk-len']),
    // Neither changes anything.
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
    valueBytes: Math.min(valueBytes, MOST_VALUE_BYTES),
    runId: fields.get('run_id'),
  }
}

/** An answer, or `undefined` where the server does not give it to this user. */
export async function asked(connection: Connection, command: readonly string[]): Promise<Reply | undefined> {
  try {
    return await connection.send(command)
  } catch (error) {
    if (isRefusal(error, 'NOPERM') || isRefusal(error, 'ERR')) return undefined
    throw error
  }
}

/** Whether the user may make a call. In a cluster another master may be the one that answers it. */
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

/** The lines `name:value` of INFO. */
export function fieldsOf(info: Reply | undefined): ReadonlyMap<string, string> {
  const text = Buffer.isBuffer(info) ? info.toString() : ''
  return new Map(
    text.split('\r\n').flatMap(line => {
      const colon = line.indexOf(':')
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const]
    }),
  )
}
