import type { BinaryDatastore } from '../../../core/datastore.ts'
import { Key } from '../../../core/key.ts'
import { childrenOf } from '../../../core/list-page.ts'
import { compareNames } from '../../../core/stores/sorted-names.ts'
import type { LevelRange, Selection } from '../../../shared/procedures/many.ts'

/** The position of a root in its selection, after which work can be continued. */
export interface RootPlace {
  /** The index of the key; for a range, the number of keys plus the index of the range. */
  readonly part: number
  /** The name within a range. */
  readonly name?: string | undefined
}

/** One selected key: its value, and everything below it. */
export interface Root {
  readonly key: Key
  readonly place: RootPlace
  /** Whether nothing below it is part of the selection. */
  readonly isLeaf: boolean
}

/**
 * The roots of a selection. A selected key below another selected key is part of that one, so that every key is handled
 * once. Ranges are read from their levels while the caller iterates.
 * @param after Continue after this place.
 */
export async function* rootsOf(
  store: BinaryDatastore,
  selection: Selection,
  signal: AbortSignal,
  after?: RootPlace,
): AsyncIterable<Root> {
  const keys = [...new Set(selection.keys)].map(text => Key.parse(text))
  if (selection.isValuesOnly === true) {
    for (const [part, key] of keys.entries()) {
      if (part > (after?.part ?? -1)) yield { key, place: { part }, isLeaf: true }
    }
    return
  }
  const named = new Set(keys.map(key => key.toString()))
  const levels = selection.ranges.map(range => ({ range, level: Key.parse(range.level) }))
  // A key in two ranges belongs to the first range. A key that is in a range and also named belongs to the range.
  const isCovered = (key: Key, part: number): boolean =>
    isBelowAny(key, named) ||
    levels.some(
      ({ level, range }, index) =>
        keys.length + index !== part &&
        level.isAncestorOf(key) &&
        isIn(range, key.segments[level.depth] ?? '') &&
        (key.depth > level.depth + 1 || part < keys.length || keys.length + index < part),
    )
  const done = after?.part ?? -1
  for (const [part, key] of keys.entries()) {
    if (part <= done || isCovered(key, part)) continue
    yield { key, place: { part }, isLeaf: await isLeaf(store, key, signal) }
  }
  for (const [index, { range, level }] of levels.entries()) {
    const part = keys.length + index
    if (part < done) continue
    const begin = part === done ? after?.name : before(range.from)
    for await (const { key, name, isBranch } of childrenOf(store, level, { signal, after: begin })) {
      if (range.to !== undefined && compareNames(name, range.to) > 0) break
      if (isIn(range, name) && !isCovered(key, part)) yield { key, place: { part, name }, isLeaf: !isBranch }
    }
  }
}

/** A name that sorts before every name from `from` on. `list` begins strictly after it. */
function before(from: string | undefined): string | undefined {
  // A name without its last code unit is a prefix of the name, so it sorts before it.
  return from === undefined || from.length < 2 ? undefined : from.slice(0, -1)
}

function isIn({ from, to, except }: LevelRange, name: string): boolean {
  if (from !== undefined && compareNames(name, from) < 0) return false
  if (to !== undefined && compareNames(name, to) > 0) return false
  return except?.includes(name) !== true
}

function isBelowAny(key: Key, named: ReadonlySet<string>): boolean {
  for (let below = key; !below.isRoot; below = below.parent) {
    if (named.has(below.parent.toString())) return true
  }
  return false
}

/** Whether a key has a value and nothing below it. A key with neither may be a branch without keys: not a leaf. */
async function isLeaf(store: BinaryDatastore, key: Key, signal: AbortSignal): Promise<boolean> {
  const { children, hidden } = await store.list(key, { limit: 1, signal })
  return children.length === 0 && hidden === undefined && (await store.has(key, { signal }))
}
