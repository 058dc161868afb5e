import { Slices } from '../concurrency/slices.ts'
import type { Child } from '../datastore.ts'
import { throwIfAborted } from '../errors.ts'
import { Key } from '../key.ts'
import { contextOf } from '../options.ts'
import type { KeyBounds } from './key-bounds.ts'
import { levelBelow, levelsPast, type Walkable, type WalkOrder } from './walk-levels.ts'

interface WalkOptions extends WalkOrder {
  /** Start strictly after this key, in the direction of the walk. */
  readonly after: Key | undefined
  /** Keys outside of these bounds are skipped. */
  readonly bounds: KeyBounds
  /** Children per page. */
  readonly pageSize: number
}

/** A value found on a walk. */
export type Walked = Pick<Child, 'key' | 'size' | 'mtime'>

/** The minimum size of a batch, except for the last one, so that consumers can read several values concurrently. */
const SMALLEST_BATCH = 32

/**
 * The values strictly below `prefix`, in batches, in key order (parents first, siblings by code units) or in reverse.
 * Reads only the levels it visits; starting after a key skips nothing one by one. Keys that are added or removed during
 * the walk occur at most once.
 */
export async function* walk(
  store: Walkable,
  prefix: Key,
  options: WalkOptions,
): AsyncIterable<readonly Walked[]> {
  const { recursive, descending, pageSize: limit } = options
  const context = contextOf(options)
  throwIfAborted(options.signal, 'query', prefix)
  const { past, end, ...start } = await startOf(store, prefix, options)
  const isPastEnd = (key: Key) => end !== undefined && isAhead(key, end, descending)
  const levels = await levelsPast(store, prefix, past, options)
  const slices = new Slices()
  let batch: Walked[] = start.batch
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const child = level.children[level.index++]
    let value: Walked | undefined
    if (child !== undefined) {
      if (!descending && isPastEnd(child.key)) break
      const descends = recursive && child.isBranch
      if (descends) levels.push(levelBelow(child.key, descending ? child : undefined))
      if (child.isValue && !(descending && descends)) value = child
    } else if (!level.isLast) {
      if (batch.length >= Math.min(SMALLEST_BATCH, limit)) {
        yield batch
        batch = []
      }
      if (slices.isOver) await slices.pause()
      const { after, prefix: key } = level
      level.turnTo(await store.list(key, { after, limit, reverse: descending, ...context }))
    } else {
      levels.pop()
      if (level.owner?.isValue === true) value = level.owner
    }
    if (value === undefined) continue
    if (isPastEnd(value.key)) break
    batch.push(value)
  }
  if (batch.length > 0) yield batch
}

/** Where a walk starts and ends: past one key, which may be an answer itself, and up to another. */
async function startOf(
  store: Walkable,
  prefix: Key,
  { after, bounds, recursive, descending, ...options }: WalkOptions,
): Promise<{ readonly batch: Walked[]; readonly past: Key | undefined; readonly end: Key | undefined }> {
  const [start, end] = descending ? [bounds.last, bounds.first] : [bounds.first, bounds.last]
  if (start === undefined || (after !== undefined && !isAhead(start, after, descending))) {
    return { batch: [], past: after, end }
  }
  const isInReach = prefix.isAncestorOf(start) && (recursive || start.depth === prefix.depth + 1)
  const isValue = isInReach && (await store.has(start, contextOf(options)))
  return { batch: isValue ? [{ key: start }] : [], past: start, end }
}

function isAhead(key: Key, other: Key, descending: boolean): boolean {
  return descending ? Key.compare(key, other) < 0 : Key.compare(key, other) > 0
}
