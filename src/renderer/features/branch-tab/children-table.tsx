import { ArrowDown, ArrowUp } from 'lucide-react'
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Row } from '../../../shared/procedures/store.ts'
import { actionOfLetter, chosenKeysMenu, type ManyKeyAction } from '../../ui/keys/chosen-keys.ts'
import { KeySelection } from '../../ui/keys/key-selection.ts'
import { type HowChosen, useChosenRows } from '../../ui/keys/use-chosen-rows.ts'
import { ContextMenu } from '../../ui/menu.tsx'
import { useRowWindow } from '../../ui/row-window.ts'
import { isMacPlatform } from '../../ui/shortcut.tsx'
import { showToast } from '../../ui/toasts/toasts.tsx'
import { useNow } from '../../ui/use-now.ts'
import styles from './branch-tab.module.css'
import { childKey, moveRow } from './child-keys.ts'
import { ChildRow } from './child-row.tsx'
import type { ChildOrder, RowSource } from './child-rows.ts'
import type { ChildStats } from './child-stats.ts'

/** `--row` in the theme. */
const ROW_HEIGHT = 22

export interface ChildrenTableProps {
  readonly rows: RowSource
  readonly stats: ChildStats
  /** Absent in the order of names. */
  readonly order: ChildOrder | undefined
  readonly onSort: (order: ChildOrder | undefined, header: SortedColumn) => void
  /** The header that was pressed last: it has the focus, also in the table that takes the place of the one before. */
  readonly pressed: SortedColumn | undefined
  readonly count: number
  /** Changes whenever rows do. */
  readonly revision: number
  /** The branch that the children are of. */
  readonly prefix: string
  readonly onOpen: (row: Row, as: 'key' | 'branch', isPreview: boolean) => void
  readonly onDelete: (row: Row) => void
  /** Something is to be done to the chosen children, or to the active one where no other is chosen. */
  readonly onMany: (action: ManyKeyAction, selection: KeySelection) => void
  readonly onUp: () => void
  /** The keyboard is to go to the active row. */
  readonly isFocusRequested: boolean
  readonly onFocusTaken: () => void
}

/** The children of a branch, any number of them, with keyboard navigation. */
export function ChildrenTable(props: ChildrenTableProps) {
  const { rows, stats, order, onSort, pressed, count, revision, prefix, isFocusRequested, onFocusTaken } =
    props
  const { onOpen, onDelete, onMany, onUp } = props
  const [wantedActive, setActive] = useState(0)
  const active = Math.max(0, Math.min(wantedActive, count - 1))
  const { attach, height, first, end, pageRows, top, reveal } = useRowWindow(count, ROW_HEIGHT, ROW_HEIGHT)
  const statsRevision = useSyncExternalStore(stats.subscribe, stats.getRevision)
  const now = useNow()
  const { chosen, acted, isChosen, choose } = useChosenRows({
    count,
    active,
    keyAt: index => {
      const row = rows.rowAt(index)
      return row && childKey(prefix, row.name)
    },
    selectionOf: keys => KeySelection.of(keys),
    select: (from, length) => rows.select(from, length),
    contentKey: rows,
  })
  const [menuAt, setMenuAt] = useState<{ readonly x: number; readonly y: number }>()
  const body = useRef<HTMLDivElement>(null)
  /** Grows with every request to focus the active row. */
  const [focusRequests, setFocusRequests] = useState(0)

  useEffect(() => {
    rows.setVisible(first, end)
    stats.request(namesWithoutStat(rows, first, end))
  }, [rows, stats, first, end, revision, statsRevision])

  useLayoutEffect(() => {
    if (focusRequests === 0) return
    body.current?.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus({ preventScroll: true })
  }, [focusRequests])

  useLayoutEffect(() => {
    const row = isFocusRequested && body.current?.querySelector<HTMLElement>('[data-row][tabindex="0"]')
    if (!row) return
    row.focus({ preventScroll: true })
    onFocusTaken()
  }, [isFocusRequested, onFocusTaken, first, end])

  const chooseRow = (how: HowChosen, index: number) => {
    choose(how, index).catch(showFailure)
  }

  const select = (index: number) => {
    setFocusRequests(wish => wish + 1)
    setActive(index)
    reveal(index)
  }

  const many = (action: ManyKeyAction) => {
    acted().then(selection => {
      if (!selection.isEmpty || action === 'paste') onMany(action, selection)
    }, showFailure)
  }

  const onKeyDown = (event: KeyboardEvent) => {
    // A header is a button, which has its own keys.
    if (event.target instanceof Element && event.target.closest('[role="columnheader"]') !== null) return
    const row = rows.rowAt(active)
    const next = moveRow(active, event.key, count, pageRows)
    const isCommand = isMacPlatform() ? event.metaKey : event.ctrlKey
    const action = isCommand ? actionOfLetter(event.key, event.shiftKey) : undefined
    if (next !== undefined) {
      if (event.shiftKey) chooseRow('to', next)
      else if (!isCommand) chooseRow('one', next)
      select(next)
    } else if (isCommand && event.key.toLowerCase() === 'a' && !event.shiftKey) chooseRow('all', active)
    else if (isCommand && event.key === ' ') chooseRow('toggle', active)
    else if (event.key === 'Escape' && !chosen.isEmpty) chooseRow('one', active)
    else if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      const box = body.current?.querySelector('[data-active="true"]')?.getBoundingClientRect()
      setMenuAt({ x: (box?.left ?? 0) + 24, y: box?.bottom ?? 0 })
    } else if (action !== undefined) many(action)
    else if (event.key === 'F2' && !chosen.isEmpty) many('rename')
    else if (event.key === 'Delete' && !chosen.isEmpty) many('delete')
    else if (event.key === 'Backspace') onUp()
    else if (row === undefined) return
    else if (event.key === 'Enter') onOpen(row, row.isValue && !event.shiftKey ? 'key' : openAs(row), false)
    else if (event.key === 'Delete') onDelete(row)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  const header = (column: SortedColumn) => {
    const by = FIELDS[column]
    return {
      sorted: by === undefined ? sortedByName(order) : sortedBy(by, order),
      isPressed: column === pressed,
      onSort: () => onSort(by && nextOrder(by, order), column),
    }
  }

  const statAt = (index: number) => {
    const row = rows.rowAt(index)
    const stat = row && stats.statOf(row.name)
    return { size: stat?.size ?? row?.size, mtime: stat?.mtime ?? row?.mtime }
  }

  // The focused row stays rendered even if it is scrolled out of view.
  const drawn = Array.from({ length: end - first }, (_, index) => first + index)
  if (count > 0 && (active < first || active >= end)) drawn.push(active)
  return (
    <>
      <div
        ref={attach}
        role="grid"
        aria-multiselectable="true"
        aria-label="Children"
        aria-rowcount={count + 1}
        aria-colcount={4}
        className={styles['table']}
        onKeyDown={onKeyDown}
      >
        <div role="rowgroup" className={styles['head']}>
          <div role="row" aria-rowindex={1} className={styles['headRow']}>
            <SortHeader label="Name" {...header('Name')} />
            <span role="columnheader" className={styles['kind']}>
              Kind
            </span>
            <SortHeader label="Size" {...header('Size')} />
            <SortHeader label="Changed" {...header('Changed')} />
          </div>
        </div>
        <div ref={body} role="rowgroup" className={styles['sizer']} style={{ height: height - ROW_HEIGHT }}>
          <div className={styles['layer']} role="presentation">
            {drawn.map(index => (
              <ChildRow
                key={index}
                index={index}
                row={rows.rowAt(index)}
                {...statAt(index)}
                now={now}
                isActive={index === active}
                isChosen={isChosen(index)}
                y={Math.max(-ROW_HEIGHT, Math.min(index, end) * ROW_HEIGHT - top)}
                onActivate={setActive}
                onSelect={(chosenIndex, how) => {
                  chooseRow(how, chosenIndex)
                  select(chosenIndex)
                }}
                onMenu={setMenuAt}
                onOpen={onOpen}
              />
            ))}
          </div>
        </div>
      </div>
      {menuAt !== undefined && (
        <ContextMenu
          label="Actions for the chosen keys"
          at={menuAt}
          groups={[{ id: 'Change', entries: chosenKeysMenu(Math.max(1, chosen.count)) }]}
          onClose={() => setMenuAt(undefined)}
          onChoose={id => many(id as ManyKeyAction)}
        />
      )}
    </>
  )
}

function showFailure(error: unknown): void {
  showToast({ tone: 'error', message: error instanceof Error ? error.message : String(error) })
}

export type SortedColumn = 'Name' | 'Size' | 'Changed'

const COLUMNS = { Name: 'name', Size: 'size', Changed: 'time' } as const
const FIELDS = { Name: undefined, Size: 'size', Changed: 'mtime' } as const

type Sorted = 'none' | 'ascending' | 'descending'

interface SortHeaderProps {
  readonly label: SortedColumn
  readonly sorted: Sorted
  readonly isPressed: boolean
  readonly onSort: () => void
}

function SortHeader({ label, sorted, isPressed, onSort }: SortHeaderProps) {
  const button = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => {
    if (isPressed && document.activeElement === document.body) button.current?.focus()
  }, [isPressed])
  const Arrow = sorted === 'descending' ? ArrowDown : ArrowUp
  return (
    <span role="columnheader" aria-sort={sorted} className={styles[COLUMNS[label]]}>
      <button
        ref={button}
        type="button"
        className={styles['sort']}
        title={`Sort by ${label === 'Changed' ? 'time' : label.toLowerCase()}`}
        onClick={onSort}
      >
        {label}
        {sorted !== 'none' && <Arrow size={12} aria-hidden />}
      </button>
    </span>
  )
}

function sortedByName(order: ChildOrder | undefined): Sorted {
  return order === undefined ? 'ascending' : 'none'
}

function sortedBy(by: ChildOrder['by'], order: ChildOrder | undefined): Sorted {
  if (order?.by !== by) return 'none'
  return order.isDescending ? 'descending' : 'ascending'
}

/** The largest and the newest first, which is usually needed; then the reverse. */
function nextOrder(by: ChildOrder['by'], order: ChildOrder | undefined): ChildOrder {
  return { by, isDescending: order?.by !== by || !order.isDescending }
}

function namesWithoutStat(rows: RowSource, first: number, end: number): string[] {
  return Array.from({ length: end - first }, (_, index) => rows.rowAt(first + index))
    .filter(row => row !== undefined)
    .filter(row => row.isValue && (row.size === undefined || row.mtime === undefined))
    .map(row => row.name)
}

function openAs(row: Row): 'key' | 'branch' {
  return row.isBranch ? 'branch' : 'key'
}
