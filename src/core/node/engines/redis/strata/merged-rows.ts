import { compareBytes, followedBy } from '../../../../ordered/byte-order.ts'
import type { Range, Row } from '../../../../ordered/driver.ts'

/** The rows read from one bucket so far. */
interface Part {
  readonly bucket: number
  rows: readonly Row[]
  next: number
  /** The rest of the range; `undefined` if it is read to its end. */
  rest: { readonly from: Uint8Array; readonly to: Uint8Array } | undefined
}

/** Rows read from a bucket beyond its share, because keys are not distributed evenly. */
const SPARE = 8

/**
 * The rows of a range in order, where the keys are distributed over buckets. Each bucket is asked for its share of the
 * rows, and asked again if it has more of them.
 */
export async function mergedRows(
  range: Range,
  buckets: number,
  read: (bucket: number, range: Range) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const { from, to, limit, reverse } = range
  const share = Math.min(limit, Math.ceil((1.25 * limit) / buckets) + SPARE)
  const fill = async (part: Part): Promise<void> => {
    const { rest } = part
    if (rest === undefined) return
    part.rows = await read(part.bucket, { ...range, ...rest, limit: share })
    part.next = 0
    const last = part.rows.at(-1)
    if (last === undefined || part.rows.length < share) part.rest = undefined
    else part.rest = reverse ? { ...rest, to: last.key } : { ...rest, from: followedBy(last.key, 0) }
  }
  const parts: Part[] = Array.from({ length: buckets }, (_, bucket) => ({
    bucket,
    rows: [],
    next: 0,
    rest: { from, to },
  }))
  await Promise.all(parts.map(fill))
  const merged: Row[] = []
  while (merged.length < limit) {
    let first: Part | undefined
    for (const part of parts) {
      const row = part.rows[part.next]
      if (row === undefined) continue
      const least = first?.rows[first.next]
      if (least === undefined || compareBytes(row.key, least.key) < 0 !== reverse) first = part
    }
    if (first === undefined) break
    merged.push(first.rows[first.next++] as Row)
    // Its next row is unknown, so nothing can be taken before that is read.
    if (first.next === first.rows.length) await fill(first)
    if (first.next === first.rows.length) first.rows = []
  }
  return merged
}
