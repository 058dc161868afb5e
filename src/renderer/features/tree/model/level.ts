import type { LevelState } from '../../../../shared/procedures/levels.ts'
import { type OpenRow, OpenRows } from './open-rows.ts'

export type LevelLoad =
  | { readonly type: 'loading' }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }

/** One level of the namespace as the tree knows it. Shown while its row is open in its parent, kept when closed. */
export class Level {
  readonly id: number
  /** The level whose row this one opens; the root has none. */
  readonly parent: Level | undefined
  /** 1 for the rows of the root level. */
  readonly depth: number
  /** Segments from the parent's prefix to this one's: several where single-child branches share a row. */
  readonly names: readonly string[]
  readonly prefix: string
  readonly open = new OpenRows<Level>()
  state: LevelState = { count: 0, accuracy: 'unknown', version: -1 }
  load: LevelLoad = { type: 'loading' }
  /** One more row below the children: that the level loads, has failed, or is empty. */
  hasStatusRow = false
  /** Its row in the parent; absent while closed, and for the root. */
  row: OpenRow<Level> | undefined
  /** Where its row stood when it was closed. */
  closedAt = 0

  constructor(id: number, parent?: Level, names: readonly string[] = []) {
    this.id = id
    this.parent = parent
    this.depth = parent === undefined ? 1 : parent.depth + 1
    this.names = names
    this.prefix = parent === undefined ? '/' : names.reduce(childKey, parent.prefix)
  }

  /** Rows of the level and of everything open below it. */
  get rows(): number {
    return this.state.count + this.open.nested + (this.hasStatusRow ? 1 : 0)
  }
}

/** The text of the key `name` on the level `prefix`. */
export function childKey(prefix: string, name: string): string {
  return prefix === '/' ? `/${name}` : `${prefix}/${name}`
}
