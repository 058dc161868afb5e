import { Slices } from '../concurrency/slices.ts'
import { throwIfAborted } from '../errors.ts'
import { followedBy } from './byte-order.ts'
import type { RangeReader, Row } from './driver.ts'

/** The rows to read. */
interface RowRequest {
  readonly from: Uint8Array
  readonly to: Uint8Array
  readonly reverse: boolean
  readonly keysOnly: boolean
  /** The number of rows that are likely to be needed. */
  readonly first: number
  readonly signal: AbortSignal | undefined
}

const MAX_ROWS = 1000
/** The approximate number of bytes of values in one read. */
const MAX_BYTES = 1024 * 1024
/** Rows with values in the first read, when their size is unknown. */
const SMALL = 16

/**
 * The rows of a range, chunk by chunk. Yields to the event loop in between, because a synchronous engine never waits.
 */
export async function* rowsOf(
  driver: RangeReader,
  { first, signal, ...wanted }: RowRequest,
): AsyncIterable<readonly Row[]> {
  const { reverse, keysOnly } = wanted
  const most = Math.min(MAX_ROWS, driver.info.maxRows)
  const slices = new Slices()
  let { from, to } = wanted
  let limit = Math.max(1, Math.min(first, keysOnly ? most : SMALL))
  for (;;) {
    if (slices.isOver) await slices.pause()
    throwIfAborted(signal, 'read a range')
    const rows = await driver.range({ from, to, limit, reverse, keysOnly }, signal)
    if (rows.length > 0) yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return
    if (reverse) to = last.key
    else from = followedBy(last.key, 0)
    limit = keysOnly ? most : Math.min(most, Math.max(1, Math.floor(MAX_BYTES / averageBytes(rows))))
  }
}

function averageBytes(rows: readonly Row[]): number {
  const bytes = rows.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)
  return Math.max(1, bytes / rows.length)
}
