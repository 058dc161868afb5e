import { Slices } from '../../concurrency/slices.ts'
import { throwIfAborted } from '../../errors.ts'
import { followedBy } from '../byte-order.ts'
import { endOfKeys } from '../byte-prefix.ts'
import type { RangeReader } from '../driver.ts'
import { ScatteredLevels } from './odd-names.ts'
import type { PathNames } from './path-names.ts'

export interface PassOptions {
  readonly signal?: AbortSignal | undefined
  /** Called after each range with the number of entries that were read so far. */
  readonly onProgress?: ((entries: number) => void) | undefined
}

/** The result of a pass over a store. */
export interface Passed {
  readonly entries: number
  /** Texts of the levels with scattered names; `undefined` if there are too many. */
  readonly levels: ReadonlySet<string> | undefined
}

const SLASH = 0x2f

/** Reads every key of a store once, in steps that yield to the event loop. */
export async function scanAll(
  driver: RangeReader,
  names: PathNames,
  { signal, onProgress }: PassOptions,
): Promise<Passed> {
  const slices = new Slices()
  const scattered = new ScatteredLevels()
  const to = endOfKeys(names.prefix)
  const limit = driver.info.maxRows
  let entries = 0
  for (let from = names.prefix; ; ) {
    if (slices.isOver) await slices.pause()
    throwIfAborted(signal, 'read all keys of the store')
    const answer = driver.range({ from, to, limit, reverse: false, keysOnly: true }, signal)
    const rows = answer instanceof Promise ? await answer : answer
    for (const { key } of rows) if (mayBeScattered(key, names)) scattered.add(names.keyOf(key))
    entries += rows.length
    onProgress?.(entries)
    const last = rows.at(-1)
    if (rows.length < limit || last === undefined) return { entries, levels: scattered.all }
    from = followedBy(last.key, 0)
  }
}

/** Whether a key can have a scattered name: it is not ASCII, or has a `/` that does not separate. */
function mayBeScattered(key: Uint8Array, { prefix, separator }: PathNames): boolean {
  for (let at = prefix.length; at < key.length; at++) {
    const byte = key[at] as number
    if (byte >= 0x80 || (byte === SLASH && separator !== '/')) return true
  }
  return false
}
