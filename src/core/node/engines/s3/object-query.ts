import type { Child, Entry, Stat } from '../../../datastore.ts'
import { throwIfAborted } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import type { Call } from '../../../open/call.ts'
import { statOf } from '../../../open/completion.ts'
import type { Row } from '../../../ordered/driver.ts'
import type { Layout } from '../../../ordered/layout.ts'
import { rangeOf } from '../../../ordered/ordered-query.ts'
import { rowsOf } from '../../../ordered/rows.ts'
import { kindsOf, testOf } from '../../../query/condition.ts'
import type { FieldKind } from '../../../query/field.ts'
import { isInKeyOrder, type ParsedQuery, parseQuery } from '../../../query/parse-query.ts'
import type { Query } from '../../../query/query.ts'
import { readObject } from './body.ts'
import type { S3Bucket } from './bucket.ts'
import type { NameRanges } from './name-ranges.ts'
import type { ObjectForm } from './object-form.ts'

/** Objects that are read at once. */
const AT_ONCE = 16

interface QueriedBucket {
  readonly bucket: S3Bucket
  readonly names: NameRanges
  readonly layout: Layout
  readonly form: ObjectForm
}

/**
 * Answers a query in the order of names whose conditions are decided by a listing: only objects that are in the answer are
 * read. `undefined` if the query requires more than that.
 */
export function objectQuery(
  query: Query,
  queried: QueriedBucket,
  call: Call,
): AsyncIterable<Entry<Uint8Array>> | undefined {
  const parsed = parseQuery(query)
  const listed: ReadonlySet<FieldKind> = new Set<FieldKind>(['key', ...queried.form.listed])
  const isListed = parsed.where.every(condition => [...kindsOf(condition)].every(kind => listed.has(kind)))
  const isRange = queried.layout.isInKeyOrder && parsed.recursive && isListed && isInKeyOrder(parsed)
  return isRange ? answerOf(parsed, queried, call.signal) : undefined
}

async function* answerOf(
  query: ParsedQuery,
  queried: QueriedBucket,
  signal: AbortSignal | undefined,
): AsyncIterable<Entry<Uint8Array>> {
  throwIfAborted(signal, 'query', query.prefix)
  const { names, layout, form } = queried
  const { offset, limit, where, orderBy } = query
  const range = rangeOf(query, layout)
  if (range === undefined || limit === 0) return
  const reverse = orderBy[0]?.descending === true
  const first = where.length > 0 ? Infinity : offset + limit
  const tests = where.map(testOf)
  const passes = (key: Key, { size, mtime }: Pick<Child, 'size' | 'mtime'>) =>
    tests.every(test => test({ key, size, mtime, value: undefined }))
  let [toSkip, toGive] = [offset, limit]
  for await (const rows of rowsOf(names, { ...range, reverse, keysOnly: true, first, signal })) {
    const matching = rows.flatMap(row => {
      const key = layout.decode(row.key)
      return key !== undefined && passes(key, form.listedOf(row)) ? [{ key, row }] : []
    })
    const chosen = matching.slice(toSkip)
    toSkip = Math.max(0, toSkip - matching.length)
    while (chosen.length > 0 && toGive > 0) {
      const window = chosen.splice(0, Math.min(AT_ONCE, toGive))
      const read = await Promise.all(window.map(({ key, row }) => entryOf(key, row, query, queried, signal)))
      for (const one of read) {
        // The object may be gone, or another one than was listed.
        if (one === undefined || (one.stat !== undefined && !passes(one.entry.key, one.stat))) continue
        throwIfAborted(signal, 'query', query.prefix)
        toGive--
        yield one.entry
      }
    }
    if (toGive === 0) return
  }
}

/** An entry as the query wants it, and what was read of the object for it. */
interface ReadEntry {
  readonly entry: Entry<Uint8Array>
  readonly stat: Stat | undefined
}

async function entryOf(
  key: Key,
  row: Row,
  { keysOnly, withStat }: ParsedQuery,
  { bucket, form }: QueriedBucket,
  signal: AbortSignal | undefined,
): Promise<ReadEntry | undefined> {
  if (keysOnly && !withStat) return { entry: { key }, stat: undefined }
  const name = Buffer.from(row.key).toString()
  if (keysOnly) {
    const head = await bucket.head(name, signal)
    const stat = head && form.statOf(head)
    return stat && { entry: { key, stat }, stat }
  }
  const found = await readObject(bucket, form, name, signal)
  const stat = statOf(found)
  if (found === undefined || stat === undefined) return undefined
  return { entry: { key, value: found.bytes, ...(withStat && { stat }) }, stat }
}
