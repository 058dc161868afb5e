import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Row } from '../../../shared/procedures/store.ts'
import { useRowWindow } from '../../ui/row-window.ts'
import { isMacPlatform } from '../../ui/shortcut.tsx'
import styles from './branch-tab.module.css'
import { moveRow } from './child-keys.ts'
import { ChildRow } from './child-row.tsx'
import type { ChildRows } from './child-rows.ts'
import type { ChildSizes } from './child-sizes.ts'

/** `--row` in the theme. */
const ROW_HEIGHT = 22

export interface ChildrenTableProps {
  readonly rows: ChildRows
  readonly sizes: ChildSizes
  readonly count: number
  /** Changes whenever rows do. */
  readonly revision: number
  readonly onOpen: (row: Row, as: 'key' | 'branch', isPreview: boolean) => void
  readonly onDelete: (row: Row) => void
  readonly onCopy: (row: Row) => void
  readonly onUp: () => void
}

/** The children of a branch, any number of them, moved through by keyboard. */
export function ChildrenTable(props: ChildrenTableProps) {
  const { rows, sizes, count, revision, onOpen, onDelete, onCopy, onUp } = props
  const [wantedActive, setActive] = useState(0)
  const active = Math.max(0, Math.min(wantedActive, count - 1))
  const { attach, height, first, end, pageRows, top, reveal } = useRowWindow(count, ROW_HEIGHT, ROW_HEIGHT)
  const sizesRevision = useSyncExternalStore(sizes.subscribe, sizes.getRevision)
  const body = useRef<HTMLDivElement>(null)
  /** Grows with every wish to have the focus on the active row. */
  const [focusWish, setFocusWish] = useState(0)

  useEffect(() => {
    rows.want(first, end)
    sizes.want(namesWithoutSize(rows, first, end))
  }, [rows, sizes, first, end, revision, sizesRevision])

  useLayoutEffect(() => {
    if (focusWish === 0) return
    body.current?.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus({ preventScroll: true })
  }, [focusWish])

  const select = (index: number) => {
    setFocusWish(wish => wish + 1)
    setActive(index)
    reveal(index)
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows.rowAt(active)
    const next = moveRow(active, event.key, count, pageRows)
    const isCommand = isMacPlatform() ? event.metaKey : event.ctrlKey
    if (next !== undefined) select(next)
    else if (event.key === 'Backspace') onUp()
    else if (row === undefined) return
    else if (event.key === 'Enter') onOpen(row, row.isValue && !event.shiftKey ? 'key' : openAs(row), false)
    else if (event.key === 'Delete') onDelete(row)
    else if (isCommand && event.key === 'c') onCopy(row)
    else return
    event.preventDefault()
  }

  const sizeAt = (index: number) => {
    const row = rows.rowAt(index)
    return row === undefined ? undefined : (row.size ?? sizes.sizeOf(row.name))
  }

  // The focus stays with its row, also while that is scrolled out of sight.
  const drawn = Array.from({ length: end - first }, (_, index) => first + index)
  if (count > 0 && (active < first || active >= end)) drawn.push(active)
  return (
    <div
      ref={attach}
      role="table"
      aria-label="Children"
      aria-rowcount={count + 1}
      aria-colcount={3}
      className={styles['table']}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className={styles['head']}>
        <div role="row" aria-rowindex={1} className={styles['headRow']}>
          <span role="columnheader" aria-sort="ascending" className={styles['name']}>
            Name <span className={styles['sorted']}>(sorted by name)</span>
          </span>
          <span role="columnheader" className={styles['kind']}>
            Kind
          </span>
          <span role="columnheader" className={styles['size']}>
            Size
          </span>
        </div>
      </div>
      <div ref={body} role="rowgroup" className={styles['sizer']} style={{ height: height - ROW_HEIGHT }}>
        <div className={styles['layer']} role="presentation">
          {drawn.map(index => (
            <ChildRow
              key={index}
              index={index}
              row={rows.rowAt(index)}
              size={sizeAt(index)}
              isActive={index === active}
              y={Math.max(-ROW_HEIGHT, Math.min(index, end) * ROW_HEIGHT - top)}
              onActivate={setActive}
              onSelect={select}
              onOpen={onOpen}
            />
          ))}
        </div>
      </div>
    </div>
  )
}

function namesWithoutSize(rows: ChildRows, first: number, end: number): string[] {
  return Array.from({ length: end - first }, (_, index) => rows.rowAt(first + index))
    .filter(row => row !== undefined)
    .filter(row => row.isValue && row.size === undefined)
    .map(row => row.name)
}

function openAs(row: Row): 'key' | 'branch' {
  return row.isBranch ? 'branch' : 'key'
}
