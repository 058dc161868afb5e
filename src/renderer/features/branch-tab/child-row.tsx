import { CornerDownRight } from 'lucide-react'
import type { MouseEvent } from 'react'
import { splitSegment } from '../../../core/key.ts'
import type { Row } from '../../../shared/procedures/store.ts'
import { isMacPlatform } from '../../ui/shortcut.tsx'
import { formatAgo, formatBytes, formatExactBytes, formatTime } from '../../ui/text/format.ts'
import { visibleText } from '../../ui/text/visible-name.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import styles from './branch-tab.module.css'
import type { ChildRow as SourceRow } from './child-rows.ts'

export interface ChildRowProps {
  readonly index: number
  /** Absent until it is loaded. */
  readonly row: SourceRow | undefined
  /** Bytes of its value, if known. */
  readonly size: number | undefined
  /** Milliseconds since 1970, if known; as `now`. */
  readonly mtime: number | undefined
  readonly now: number
  readonly isActive: boolean
  readonly isChosen: boolean
  /** Pixels from the top of the rows' layer. */
  readonly y: number
  /** Called when the row has become the active one. */
  readonly onActivate: (index: number) => void
  /** Called to make the row the active one and focus it. */
  readonly onSelect: (index: number, how: 'one' | 'to' | 'toggle') => void
  readonly onMenu: (at: { readonly x: number; readonly y: number }) => void
  readonly onOpen: (row: Row, as: 'key' | 'branch', isPreview: boolean) => void
}

/** One child: its name opens it. */
export function ChildRow(props: ChildRowProps) {
  const { index, row, size, mtime, now, isActive, isChosen, y, onActivate, onSelect, onMenu, onOpen } = props
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={styles['row']}
      data-active={isActive}
      aria-selected={isChosen}
      style={{ transform: `translateY(${y}px)` }}
      onClick={event => onSelect(index, howOf(event))}
      onContextMenu={event => {
        event.preventDefault()
        if (!isChosen) onSelect(index, 'one')
        onMenu({ x: event.clientX, y: event.clientY })
      }}
      onMouseDown={event => {
        // The middle button would start scrolling.
        if (event.button === 1) event.preventDefault()
      }}
      onAuxClick={event => {
        if (event.button === 1 && row !== undefined) onOpen(row, openedAs(row), false)
      }}
      onDoubleClick={() => row !== undefined && onOpen(row, openedAs(row), false)}
    >
      <span role="gridcell" className={styles['name']}>
        <NameButton row={row} index={index} isActive={isActive} onActivate={onActivate} onOpen={onOpen} />
      </span>
      <span role="gridcell" className={styles['kind']}>
        {row !== undefined && kindOf(row)}
        {row?.isValue === true && row.isBranch && (
          <button
            type="button"
            tabIndex={-1}
            aria-label={`Open the branch ${row.name}`}
            title="Open the branch (Shift+Enter)"
            onClick={() => onOpen(row, 'branch', true)}
          >
            <CornerDownRight size={13} aria-hidden />
          </button>
        )}
      </span>
      <span
        role="gridcell"
        className={styles['size']}
        title={size === undefined ? undefined : formatExactBytes(size)}
      >
        {size === undefined ? '' : formatBytes(size)}
      </span>
      <span
        role="gridcell"
        className={styles['time']}
        title={mtime === undefined ? undefined : formatTime(mtime)}
      >
        {mtime === undefined ? '' : formatAgo(mtime, Math.max(now, mtime))}
      </span>
    </div>
  )
}

type NameButtonProps = Omit<
  ChildRowProps,
  'y' | 'size' | 'mtime' | 'now' | 'onSelect' | 'onMenu' | 'isChosen'
>

/** Rendered before the name is loaded, so that it can be focused. */
function NameButton({ row, index, isActive, onActivate, onOpen }: NameButtonProps) {
  const { type, name } = splitSegment(row?.name ?? '')
  return (
    <button
      type="button"
      data-row={index}
      tabIndex={isActive ? 0 : -1}
      title={row && visibleText(row.name)}
      aria-label={row === undefined ? 'Loading' : undefined}
      onFocus={() => onActivate(index)}
      onClick={event => {
        // With a modifier it chooses, as anywhere in its row.
        if (row !== undefined && howOf(event) === 'one') onOpen(row, openedAs(row), true)
      }}
    >
      {row === undefined && <span className={styles['pending']} />}
      <bdi>
        {type !== '' && (
          <span className={styles['type']}>
            <VisibleText text={`${type}:`} />
          </span>
        )}
        <VisibleText text={name} />
      </bdi>
      {row?.isBranch === true && <span className={styles['slash']}>/</span>}
    </button>
  )
}

/** How a click chooses: this row alone, all up to it, or this one in addition to the others. */
function howOf(event: MouseEvent): 'one' | 'to' | 'toggle' {
  if (event.shiftKey) return 'to'
  return (isMacPlatform() ? event.metaKey : event.ctrlKey) ? 'toggle' : 'one'
}

/** What a row opens as by default: its value, if it has one. */
function openedAs({ isValue }: Row): 'key' | 'branch' {
  return isValue ? 'key' : 'branch'
}

function kindOf({ isValue, isBranch, isSorted }: SourceRow): string {
  if (isSorted === true) return ''
  if (isValue && isBranch) return 'value and branch'
  return isBranch ? 'branch' : 'value'
}
