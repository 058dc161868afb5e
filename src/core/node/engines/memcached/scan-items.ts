import { DatastoreError, messageOf } from '../../../errors.ts'
import { Packer } from '../../../key-index/packed.ts'
import { memcachedFailure } from './failures.ts'
import { HASHED } from './item-form.ts'
import { commandName, type ItemNames, wholeKeyIn } from './item-names.ts'
import type { MemcachedServer } from './memcached-server.ts'
import type { MetaConnection } from './meta-connection.ts'
import { flagOf } from './reply-reader.ts'

/** Keys that are passed on together. */
const BATCH = 4000
/** Milliseconds before the server is asked again while it lists its items for another program. */
const BUSY_WAIT = 5
const KEY_END = ' exp='
/** What a scan needs to know of the store. */
export interface Scanned {
  readonly server: MemcachedServer
  readonly names: ItemNames
  /** The names that this store has removed since the scan began. The server may have listed them before. */
  readonly removed: ReadonlySet<string>
}

/**
 * Every key in the server, in any order; some may be repeated. The whole server is listed for any prefix.
 * @param each Takes packed keys as layout `strata` writes them.
 */
export async function scanItems(
  { server, names, removed }: Scanned,
  signal: AbortSignal,
  each: (packed: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<void> {
  // The server sends the list without pauses, so it has a connection of its own.
  const connection = await server.separate()
  const end = () => connection.close()
  signal.addEventListener('abort', end)
  let found: Buffer[] = []
  const taken: Promise<void>[] = []
  const emit = async (batch: readonly Buffer[]): Promise<void> => {
    const hashed = batch.filter(name => names.read(name) === 'hashed')
    const wholes = await Promise.all(hashed.map(name => wholeKeyOf(server, name)))
    const packer = new Packer()
    for (const whole of wholes) if (whole !== undefined) packer.add(whole)
    for (const name of batch) {
      const key = names.read(name)
      if (key === undefined || key === 'hashed' || isRemoved(name, removed)) continue
      packer.add(key)
    }
    await each(packer.take())
  }
  const pass = () => {
    const passed = emit(found)
    passed.catch(() => undefined)
    taken.push(passed)
    found = []
  }
  try {
    await dump(connection, name => {
      if (names.read(name) !== undefined && found.push(name) >= BATCH) pass()
    })
    pass()
    await Promise.all(taken)
  } catch (error) {
    if (!signal.aborted) throw memcachedFailure('list', error)
  } finally {
    signal.removeEventListener('abort', end)
    connection.close()
  }
}

function isRemoved(name: Buffer, removed: ReadonlySet<string>): boolean {
  if (removed.size === 0) return false
  return removed.has(commandName(name.toString('latin1'))?.key ?? '')
}

/** Whether any item has the prefix. */
export async function hasItems(server: MemcachedServer, names: ItemNames): Promise<boolean> {
  const connection = await server.separate()
  let isFound = false
  try {
    await dump(connection, name => {
      isFound ||= names.read(name) !== undefined
    })
    return isFound
  } catch (error) {
    throw memcachedFailure('open a memcached store', error)
  } finally {
    connection.close()
  }
}

/**
 * Lists the names of all items, by the table of names: a list by age is faster and may miss items that become younger
 * meanwhile. One program at a time gets the list.
 */
async function dump(connection: MetaConnection, each: (name: Buffer) => void): Promise<void> {
  for (let cursor = 'hash'; ; ) {
    try {
      await connection.lines(`lru_crawler metadump ${cursor}`, line => {
        const end = line.indexOf(KEY_END)
        if (line.startsWith('key=') && end > 0) each(unescaped(line.slice('key='.length, end)))
      })
      return
    } catch (error) {
      const text = messageOf(error)
      if (text.startsWith('BUSY')) await new Promise(done => setTimeout(done, BUSY_WAIT))
      // Servers before 1.6.10 have the list by age alone.
      else if (cursor === 'hash' && /^(CLIENT_)?ERROR/.test(text)) cursor = 'all'
      else if (/disabled/.test(text)) {
        const reason = 'the server lists no keys (its LRU crawler is disabled)'
        throw new DatastoreError('UNSUPPORTED', { action: 'list', reason }, { cause: error })
      } else throw error
    }
  }
}

async function wholeKeyOf(server: MemcachedServer, name: Buffer): Promise<Uint8Array | undefined> {
  const found = commandName(name.toString('latin1'))
  if (found === undefined) return undefined
  const { value, rest } = await server.send('list', `mg ${found.key} v f${found.flag}`)
  return value !== undefined && flagOf(rest, 'f') === HASHED ? wholeKeyIn(value)?.key : undefined
}

/** The bytes of a name that is escaped as in addresses. */
function unescaped(text: string): Buffer {
  if (!text.includes('%')) return Buffer.from(text, 'latin1')
  return Buffer.from(
    text.replace(/%([\dA-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}
