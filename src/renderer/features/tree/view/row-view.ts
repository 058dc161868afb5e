import { formatCount } from '../../../ui/text/format.ts'
import { childKey, type Level, STATUS_ROW } from '../model/row-model.ts'
import type { TreeSource } from '../source/tree-source.ts'

interface RowBase {
  /** Identifies the row by its place on its level. */
  readonly id: string
  readonly depth: number
  /** From 1. */
  readonly position: number
  /** Rows on the level; -1 while that is not known exactly. */
  readonly setSize: number
}

export interface KeyRowView extends RowBase {
  readonly type: 'key'
  readonly key: string
  /** The last segment, or those of all branches that share the row. */
  readonly name: string
  readonly isValue: boolean
  readonly isBranch: boolean
  readonly isOpen: boolean
  /** Number of children, as far as it is known. */
  readonly detail: string
}

export interface PendingRowView extends RowBase {
  readonly type: 'pending'
}

export interface StatusRowView extends RowBase {
  readonly type: 'loading' | 'empty' | 'failed'
  readonly message: string
}

/** The content of a row. Flat, so that two can be compared field by field. */
export type RowView = KeyRowView | PendingRowView | StatusRowView

export function describeRow(source: TreeSource, number: number): RowView {
  const { model, levels } = source.state
  const place = model.at(number)
  const { level, index } = place
  const base: RowBase = {
    id: `${level.id}-${index}`,
    depth: level.depth,
    position: index + 1,
    setSize: level.state.accuracy === 'exact' ? level.state.count : -1,
  }
  if (index === STATUS_ROW) return statusView(level, { ...base, position: 1, setSize: 1 })
  const row = source.row(place)
  if (row === undefined) return { ...base, type: 'pending' }
  const open = model.openAt(place)
  const below = open ?? levels.get(childKey(level.prefix, row.name))
  return {
    ...base,
    type: 'key',
    key: below?.prefix ?? childKey(level.prefix, row.name),
    name: below?.names.join('/') ?? row.name,
    isValue: row.isValue,
    isBranch: row.isBranch,
    isOpen: open !== undefined,
    detail: detailOf(open),
  }
}

/** The key of a row, if it has one. */
export function keyOf(view: RowView | undefined): string | undefined {
  return view?.type === 'key' ? view.key : undefined
}

function statusView(level: Level, base: RowBase): StatusRowView {
  const { load } = level
  if (load.type === 'failed') return { ...base, type: 'failed', message: load.message }
  const isListed = load.type === 'ready' && level.state.accuracy === 'exact'
  return isListed
    ? { ...base, type: 'empty', message: 'No keys here' }
    : { ...base, type: 'loading', message: 'Loading…' }
}

/**
 * No size: most stores list keys without, and a size on some rows only looks as if the others had none. The Inspector
 * and the table of a branch have it for all.
 */
function detailOf(open: Level | undefined): string {
  return open?.load.type === 'ready' ? formatCount(open.state.count, open.state.accuracy) : ''
}
