import type { LevelState } from '../../../../shared/procedures/levels.ts'
import { type OpenRow, OpenRows } from './open-rows.ts'

type LevelLoad =
  | { readonly type: 'loading' }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }

/** One level of the namespace. Visible while its row is open in its parent; kept when closed. */
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
  /** An additional row below the children that shows that the level is loading, has failed or is empty. */
  hasStatusRow = false
  /** Its row in the parent; absent while closed, and for the root. */
  row: OpenRow<Level> | undefined
  /** The index of its row when it was closed. */
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

/** A row by its level. `STATUS_ROW` is the row below the children. */
export interface Place {
  readonly level: Level
  readonly index: number
}

export const STATUS_ROW = -1

/**
 * Maps row numbers to places without holding rows: it records the open levels and their numbers of children. Mapping in
 * either direction, opening and closing take O(depth · log open rows).
 */
export class RowModel {
  readonly root = new Level(0)
  #lastId = 0

  /** Rows in all. */
  get rows(): number {
    return this.root.rows
  }

  /** @throws RangeError for a row that does not exist. */
  at(row: number): Place {
    if (row < 0 || row >= this.rows) throw new RangeError(`There is no row ${row} among ${this.rows}`)
    let level = this.root
    let rest = row
    for (;;) {
      if (rest === level.state.count + level.open.nested) return { level, index: STATUS_ROW }
      const found = level.open.locate(rest)
      if (found.type === 'row') return { level, index: found.index }
      level = found.value
      rest = found.row
    }
  }

  /** The row's number. The level and all above it must be open. */
  rowOf({ level, index }: Place): number {
    let row =
      index === STATUS_ROW ? level.state.count + level.open.nested : index + level.open.nestedBefore(index)
    for (let below = level; below.parent !== undefined; below = below.parent) {
      const place = this.indexOf(below)
      row += place + below.parent.open.nestedBefore(place) + 1
    }
    return row
  }

  /** The index of a level's row, or its index when it was closed. */
  indexOf(level: Level): number {
    return level.row?.index ?? level.closedAt
  }

  isShown(level: Level): boolean {
    for (let below = level; below.parent !== undefined; below = below.parent) {
      if (below.row === undefined) return false
    }
    return true
  }

  /** A new level, closed. */
  create(parent: Level, names: readonly string[]): Level {
    return new Level(++this.#lastId, parent, names)
  }

  /** Opens the row at `index` of the level's parent. */
  open(level: Level, index: number): void {
    const { parent } = level
    if (parent === undefined) throw new TypeError('The root has no row to open')
    level.row = parent.open.add(index, level)
    grown(level)
  }

  /** Levels that are open below stay open, but hidden. */
  close(level: Level): void {
    const { parent, row } = level
    if (parent === undefined || row === undefined) return
    level.closedAt = row.index
    parent.open.remove(row)
    level.row = undefined
    grown(parent)
  }

  /** The level that is open at `place`. */
  openAt({ level, index }: Place): Level | undefined {
    return index === STATUS_ROW ? undefined : level.open.at(index)
  }

  /** Sets the number of children. Open rows past the end are closed. */
  setState(level: Level, state: LevelState): void {
    if (state.count < level.state.count) {
      for (const below of [...level.open]) if (this.indexOf(below) >= state.count) this.close(below)
    }
    level.state = state
    grown(level)
  }

  setStatusRow(level: Level, hasStatusRow: boolean): void {
    if (level.hasStatusRow === hasStatusRow) return
    level.hasStatusRow = hasStatusRow
    grown(level)
  }

  /** Moves the open rows of a level to their new indexes; rows that `indexes` lacks are closed. */
  reorder(level: Level, indexes: ReadonlyMap<Level, number>): void {
    for (const below of [...level.open]) this.close(below)
    for (const [below, index] of indexes) if (level.open.at(index) === undefined) this.open(below, index)
  }

  /** The place itself if it exists, otherwise the nearest one that does; nothing in an empty tree. */
  settle(place: Place): Place | undefined {
    let { level, index } = place
    for (let below = place.level; below.parent !== undefined; below = below.parent) {
      if (below.row === undefined) {
        level = below.parent
        index = below.closedAt
      }
    }
    if (index === STATUS_ROW && level.hasStatusRow) return { level, index }
    const last = level.state.count - 1
    if (last >= 0) return { level, index: index === STATUS_ROW ? last : Math.min(index, last) }
    if (level.hasStatusRow) return { level, index: STATUS_ROW }
    return level.parent === undefined
      ? undefined
      : this.settle({ level: level.parent, index: this.indexOf(level) })
  }
}

/** Updates the row counts of the levels above `level`. */
function grown(level: Level): void {
  for (let below = level; below.parent !== undefined && below.row !== undefined; below = below.parent) {
    below.parent.open.setNested(below.row, below.rows)
  }
}
