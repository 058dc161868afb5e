import { Slices } from '../concurrency/slices.ts'
import type { StoreStats } from '../datastore.ts'
import { throwIfAborted } from '../errors.ts'
import { followedBy } from './byte-order.ts'
import type { Bounds } from './byte-prefix.ts'
import type { OrderedDriver } from './driver.ts'

/** Records that are counted in one call, if the engine counts them. */
const CHUNK = 10_000

/** Records that are counted one by one before the engine is asked for an estimate of the rest. */
const MANY = 100_000

/** The number of records in a range: exact, unless they are many and the engine can estimate their number. */
export async function countRecords(
  driver: OrderedDriver,
  { from, to }: Bounds,
  signal: AbortSignal | undefined,
  many = MANY,
): Promise<StoreStats> {
  const slices = new Slices()
  let entries = 0
  for (let start = from; ; ) {
    if (slices.isOver) await slices.pause()
    throwIfAborted(signal, 'count')
    const { count, last } = await countChunk(driver, { from: start, to }, signal)
    entries += count
    if (last === undefined) return { entries, accuracy: 'exact' }
    start = followedBy(last, 0)
    if (entries < many || driver.bytesOf === undefined) continue
    const [seen, all] = [await driver.bytesOf({ from, to: start }), await driver.bytesOf({ from, to })]
    // Recent writes may not be in the files that the engine bases its estimate on.
    if (seen > 0 && all >= seen) {
      return { entries: Math.round((entries / seen) * all), accuracy: 'approximate' }
    }
  }
}

/** @returns `last`: the last record that was counted, if there may be more. */
async function countChunk(
  driver: OrderedDriver,
  bounds: Bounds,
  signal: AbortSignal | undefined,
): Promise<{ readonly count: number; readonly last: Uint8Array | undefined }> {
  if (driver.count !== undefined) {
    const { count, last } = await driver.count({ ...bounds, limit: CHUNK }, signal)
    return { count, last: count < CHUNK ? undefined : last }
  }
  const limit = driver.info.maxRows
  const rows = await driver.range({ ...bounds, limit, reverse: false, keysOnly: true }, signal)
  return { count: rows.length, last: rows.length < limit ? undefined : rows.at(-1)?.key }
}
