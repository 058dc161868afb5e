import type { Child } from '../datastore.ts'
import { throwIfAborted } from '../errors.ts'
import { Key } from '../key.ts'
import type { KeyBounds } from './key-bounds.ts'
import { Pacer } from './pacer.ts'
import type { Walkable, Way } from './walk-levels.ts'
import { levelBelow, levelsPast } from './walk-levels.ts'

export interface WalkOptions extends Way {
  /** Start strictly past this key, in the direction of the walk. */
  readonly after: Key | undefined
  /** No key outside of these is wanted. */
  readonly bounds: KeyBounds
  /** Children asked for at once. */
  readonly pageSize: number
}

/** A value met on a walk. */
export type Walked = Pick<Child, 'key' | 'size'>

/**
 * The values strictly below `prefix`, in key order (parents first, siblings by code units) or wholly reversed. Costs
 * the levels it goes through; starting past a key costs no skipping. Sees keys come and go: each at most once.
 */
export async function* walk(store: Walkable, prefix: Key, options: WalkOptions): AsyncIterable<Walked> {
  const { recursive, descending, bounds, after, signal } = options
  const isPast = (key: Key, other: Key) =>
    descending ? Key.compare(key, other) < 0 : Key.compare(key, other) > 0
  const [start, end] = descending ? [bounds.last, bounds.first] : [bounds.first, bounds.last]
  const isBeyond = (key: Key) => end !== undefined && isPast(key, end)
  throwIfAborted(signal, 'query', prefix)
  let past = after
  if (start !== undefined && (after === undefined || isPast(start, after))) {
    // The start itself may be an answer, and a walk can only go on past it.
    const isInReach = prefix.isAncestorOf(start) && (recursive || start.depth === prefix.depth + 1)
    if (isInReach && (await store.has(start, { signal }))) yield { key: start }
    past = start
  }
  const levels = await levelsPast(store, prefix, past, options)
  const pacer = new Pacer()
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const child = level.children[level.index++]
    let value: Walked | undefined
    if (child !== undefined) {
      throwIfAborted(signal, 'query', prefix)
      if (!descending && isBeyond(child.key)) return
      const goesDown = recursive && child.isBranch
      if (goesDown) levels.push(levelBelow(child.key, descending ? child : undefined))
      if (child.isValue && !(descending && goesDown)) value = child
    } else if (!level.isLast) {
      if (pacer.isDue) await pacer.pause()
      const { after: name, prefix: key } = level
      level.turnTo(
        await store.list(key, { after: name, limit: options.pageSize, reverse: descending, signal }),
      )
    } else {
      levels.pop()
      if (level.owner?.isValue === true) value = level.owner
    }
    if (value === undefined) continue
    if (isBeyond(value.key)) return
    yield value
  }
}
