import { CornerDownRight } from 'lucide-react'
import { splitSegment } from '../../../core/key.ts'
import type { Row } from '../../../shared/procedures/store.ts'
import { formatBytes, formatExactBytes } from '../../ui/format.ts'
import styles from './branch-tab.module.css'

export interface ChildRowProps {
  readonly index: number
  /** Absent until it has come. */
  readonly row: Row | undefined
  /** Bytes of its value, where they are known. */
  readonly size: number | undefined
  readonly isActive: boolean
  /** Pixels from the top of the rows' layer. */
  readonly y: number
  /** The row is the active one by now. */
  readonly onActivate: (index: number) => void
  /** The row is to be the active one, and to have the focus. */
  readonly onSelect: (index: number) => void
  readonly onOpen: (row: Row, as: 'key' | 'branch', isPreview: boolean) => void
}

/** One child: its name opens it. */
export function ChildRow({ index, row, size, isActive, y, onActivate, onSelect, onOpen }: ChildRowProps) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={styles['row']}
      data-active={isActive}
      style={{ transform: `translateY(${y}px)` }}
      onClick={() => onSelect(index)}
      onDoubleClick={() => row !== undefined && onOpen(row, openedAs(row), false)}
    >
      <span role="cell" className={styles['name']}>
        <NameButton row={row} index={index} isActive={isActive} onActivate={onActivate} onOpen={onOpen} />
      </span>
      <span role="cell" className={styles['kind']}>
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
        role="cell"
        className={styles['size']}
        title={size === undefined ? undefined : formatExactBytes(size)}
      >
        {size === undefined ? '' : formatBytes(size)}
      </span>
    </div>
  )
}

type NameButtonProps = Omit<ChildRowProps, 'y' | 'size' | 'onSelect'>

/** There also before the name has come, so that the focus has a place. */
function NameButton({ row, index, isActive, onActivate, onOpen }: NameButtonProps) {
  const { type, name } = splitSegment(row?.name ?? '')
  return (
    <button
      type="button"
      data-row={index}
      tabIndex={isActive ? 0 : -1}
      title={row?.name}
      aria-label={row === undefined ? 'Loading' : undefined}
      onFocus={() => onActivate(index)}
      onClick={() => row !== undefined && onOpen(row, openedAs(row), true)}
    >
      {row === undefined && <span className={styles['pending']} />}
      {type !== '' && <span className={styles['type']}>{type}:</span>}
      {name}
      {row?.isBranch === true && <span className={styles['slash']}>/</span>}
    </button>
  )
}

/** What a row opens as where nothing else is said: its value, if it has one. */
function openedAs({ isValue }: Row): 'key' | 'branch' {
  return isValue ? 'key' : 'branch'
}

function kindOf({ isValue, isBranch }: Row): string {
  if (isValue && isBranch) return 'value and branch'
  return isBranch ? 'branch' : 'value'
}
