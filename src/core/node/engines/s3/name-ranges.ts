import { compareBytes } from '../../../ordered/byte-order.ts'
import type { DriverInfo, Range, RangeReader, Row } from '../../../ordered/driver.ts'
import type { S3Bucket, S3Listed } from './bucket.ts'
import { commonStart, compareNames, nameBefore } from './name-order.ts'

/** The maximum number of names of one listing. */
const MAX_NAMES = 1000
/** The maximum number of rows of one range: a page of a level, and one more, in one. */
const MAX_ROWS = 2000

const encoder = new TextEncoder()

/** A row of a listing: an object, or all names that begin alike. Only an object has a size and a time. */
export interface NameRow extends Row {
  readonly size: number | undefined
}

/**
 * Ranges of the names in a bucket, as an engine in order has them. With a delimiter, all names that begin alike up to
 * it are one row, whose key ends with the delimiter: so a branch of a level costs one row.
 */
export class NameRanges implements RangeReader {
  readonly info: DriverInfo
  readonly #bucket: S3Bucket
  readonly #delimiter: string | undefined
  readonly #seen: Map<string, NameRow> | undefined
  /**
   * The last range that was read to its end. A level asks for parts of it again: for the names before in reverse, and
   * for names that are not keys.
   */
  #known:
    | { readonly from: Uint8Array; readonly to: Uint8Array; readonly rows: readonly NameRow[] }
    | undefined

  /** @param seen Every object that is read, by its name. */
  constructor(bucket: S3Bucket, id: string, delimiter?: string, seen?: Map<string, NameRow>) {
    this.#bucket = bucket
    this.#delimiter = delimiter
    this.#seen = seen
    this.info = { kind: 's3', id, readAhead: MAX_NAMES, maxRows: MAX_ROWS, text: true, columns: true }
  }

  /** There is no listing in reverse: the range is read to its end. */
  async range({ from, to, limit, reverse }: Range, signal?: AbortSignal): Promise<readonly NameRow[]> {
    if (compareBytes(from, to) >= 0) return []
    const known = this.#known
    const isKnown =
      known !== undefined && compareBytes(known.from, from) <= 0 && compareBytes(to, known.to) <= 0
    if (!isKnown && !reverse) {
      const rows = await this.#read(from, to, limit, signal)
      if (rows.length < limit) this.#known = { from, to, rows }
      return rows
    }
    const all = isKnown ? known.rows : await this.#read(from, to, Infinity, signal)
    if (!isKnown) this.#known = { from, to, rows: all }
    const [first, end] = [placeOf(all, from), placeOf(all, to)]
    return reverse
      ? all.slice(Math.max(first, end - limit), end).toReversed()
      : all.slice(first, Math.min(end, first + limit))
  }

  async #read(
    from: Uint8Array,
    to: Uint8Array,
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly NameRow[]> {
    const prefix = commonStart(from, to)
    const startAfter = nameBefore(from)
    const rows: NameRow[] = []
    let token: string | undefined
    do {
      const page = await this.#bucket.list(
        {
          prefix,
          delimiter: this.#delimiter,
          startAfter:
            startAfter !== undefined && compareNames(startAfter, prefix) > 0 ? startAfter : undefined,
          limit: Math.min(MAX_NAMES, limit - rows.length),
          token,
        },
        signal,
      )
      for (const { name, size, mtime, isPrefix } of merged(page.objects, page.prefixes)) {
        const key = encoder.encode(name)
        if (compareBytes(key, from) < 0) continue
        if (compareBytes(key, to) >= 0) return rows
        const row = { key, size, mtime }
        rows.push(row)
        if (!isPrefix) this.#seen?.set(name, row)
      }
      ;({ token } = page)
    } while (token !== undefined && rows.length < limit)
    return rows.length > limit ? rows.slice(0, limit) : rows
  }
}

/** Where a key is in rows, or would be. */
function placeOf(rows: readonly NameRow[], key: Uint8Array): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareBytes((rows[middle] as NameRow).key, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Objects and prefixes, which the server sorts apart, in one order. */
export function merged(objects: readonly S3Listed[], prefixes: readonly S3Listed[]): readonly S3Listed[] {
  if (prefixes.length === 0) return objects
  if (objects.length === 0) return prefixes
  const all: S3Listed[] = []
  let [one, other] = [0, 0]
  while (one < objects.length && other < prefixes.length) {
    const [object, prefix] = [objects[one] as S3Listed, prefixes[other] as S3Listed]
    if (compareNames(object.name, prefix.name) < 0) {
      all.push(object)
      one++
    } else {
      all.push(prefix)
      other++
    }
  }
  return [...all, ...objects.slice(one), ...prefixes.slice(other)]
}
