import type { CallOptions, Child, ListPage } from '../datastore.ts'
import { Key } from '../key.ts'
import type { Datastore } from '../open/datastore.ts'
import { contextOf } from '../options.ts'

/** Options of a walk. */
export interface WalkOrder extends CallOptions {
  readonly recursive: boolean
  /** Last key first. */
  readonly descending: boolean
}

export type Walkable = Pick<Datastore<unknown>, 'list' | 'has'>

/** The child whose level it is. It is yielded after the level if the order requires that. */
type Owner = Pick<Child, 'key' | 'isValue' | 'size' | 'mtime'>

/** One level of a walk, and the position in it. */
export class Level {
  readonly prefix: Key
  readonly owner: Owner | undefined
  children: readonly Child[] = []
  index = 0
  /** Where the next page starts. */
  after: string | undefined
  /** Whether there is no next page. */
  isLast = false

  constructor(prefix: Key, owner: Owner | undefined, after: string | undefined) {
    this.prefix = prefix
    this.owner = owner
    this.after = after
  }

  turnTo({ children, cursor }: ListPage): void {
    this.children = children
    this.index = 0
    this.after = cursor
    this.isLast = cursor === undefined
  }
}

export function levelBelow(prefix: Key, owner?: Owner): Level {
  return new Level(prefix, owner, undefined)
}

/** The levels above a key, outermost first, each positioned strictly after it. */
export async function levelsPast(
  store: Walkable,
  prefix: Key,
  past: Key | undefined,
  { recursive, descending, ...options }: WalkOrder,
): Promise<Level[]> {
  if (past === undefined) return [levelBelow(prefix)]
  if (!prefix.isAncestorOf(past)) {
    const isAllBelowPast = Key.compare(past, prefix) <= 0
    return isAllBelowPast === descending ? [] : [levelBelow(prefix)]
  }
  const levels: Level[] = []
  for (let depth = prefix.depth; depth < past.depth; depth++) {
    const key = Key.root.child(past.segments.slice(0, depth))
    // In descending order a key comes after everything below it, so those above `past` are still to come.
    const isOwned = descending && depth > prefix.depth
    const owner = isOwned ? { key, isValue: await store.has(key, contextOf(options)) } : undefined
    const level = new Level(key, owner, past.segments[depth])
    levels.push(level)
    if (recursive || depth === prefix.depth) continue
    level.isLast = true
    return levels
  }
  if (!descending && recursive) levels.push(levelBelow(past))
  return levels
}
