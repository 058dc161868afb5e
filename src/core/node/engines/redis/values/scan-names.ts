import { Packer } from '../../../../key-index/packed.ts'
import { NamePacker } from '../../../../ordered/path/pack-names.ts'
import type { PathNames } from '../../../../ordered/path/path-names.ts'
import type { Connection } from '../server/connection.ts'
import { answered } from '../server/failures.ts'

/** Names that the server visits in one call. The first call visits few, so that the first keys are known soon. */
const FIRST_SCAN = 500
const MAX_SCAN = 4000

/**
 * Every key on one server, in any order; some may be repeated. The server looks for the next names while `each` takes those
 * before them.
 * @param each Takes packed keys. Resolves once there is room for more.
 */
export async function scanNames(
  master: Connection,
  names: PathNames,
  signal: AbortSignal,
  each: (packed: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<void> {
  const { prefix } = names
  const matching = prefix.length === 0 ? [] : ['MATCH', Buffer.concat([globOf(prefix), Buffer.from('*')])]
  const packer = new Packer()
  const keys = new NamePacker(names, packer)
  let taken = Promise.resolve()
  let cursor: string | Buffer | undefined = '0'
  for (let count = FIRST_SCAN; cursor !== undefined; count = Math.min(2 * count, MAX_SCAN)) {
    const scanning = master.send(['SCAN', cursor, 'COUNT', `${count}`, ...matching])
    const [next, found] = (await answered('list', scanning)) as [Buffer, Buffer[]]
    if (signal.aborted) return
    for (const name of found) keys.add(name)
    const taking = each(packer.take())
    taking.catch(() => undefined)
    await taken
    taken = taking
    cursor = String(next) === '0' ? undefined : next
  }
  await taken
}

/** The pattern for MATCH that matches exactly these bytes. */
function globOf(bytes: Uint8Array): Buffer {
  return Buffer.from([...bytes].flatMap(byte => (SPECIAL.includes(byte) ? [0x5c, byte] : [byte])))
}

const SPECIAL: readonly number[] = [...Buffer.from('*?[]^\\')]
