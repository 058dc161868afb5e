import type { MouseEvent } from 'react'
import type { ResultRow } from '../../../shared/procedures/query.ts'
import type { HowChosen } from '../../ui/keys/use-chosen-rows.ts'
import { isMacPlatform } from '../../ui/shortcut.tsx'
import { formatBytes, formatExactBytes, formatTime } from '../../ui/text/format.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import styles from './query-tab.module.css'

interface ResultRowProps {
  readonly index: number
  /** Absent until it has come. */
  readonly row: ResultRow | undefined
  readonly columns: number
  readonly hasExcerpts: boolean
  readonly isActive: boolean
  readonly isChosen: boolean
  /** Pixels from the top of the rows' layer. */
  readonly y: number
  /** Called to make the row the active one and focus it. */
  readonly onSelect: (index: number, how: HowChosen) => void
  readonly onMenu: (at: { readonly x: number; readonly y: number }) => void
  readonly onOpen: (key: string, isPreview: boolean) => void
}

const STATES = { changed: 'changed since', deleted: 'deleted since', unreadable: 'cannot be read' } as const

/** One hit of a query: its name opens it. */
export function ResultLine(props: ResultRowProps) {
  const { index, row, columns, hasExcerpts, isActive, isChosen, y, onSelect, onMenu, onOpen } = props
  const { key = '', size, mtime, excerpt, state } = row ?? {}
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={styles['row']}
      data-active={isActive}
      aria-selected={isChosen}
      data-state={state}
      style={{ transform: `translateY(${y}px)` }}
      onClick={event => onSelect(index, howOf(event))}
      onContextMenu={event => {
        event.preventDefault()
        if (!isChosen) onSelect(index, 'one')
        onMenu({ x: event.clientX, y: event.clientY })
      }}
    >
      <span role="gridcell" className={styles['key']}>
        <button
          type="button"
          data-row={index}
          tabIndex={isActive ? 0 : -1}
          title={key}
          aria-label={row === undefined ? 'Loading' : undefined}
          onClick={event => {
            // With a modifier it chooses, as anywhere in its row.
            if (row !== undefined && howOf(event) === 'one') onOpen(row.key, true)
          }}
          onDoubleClick={() => row !== undefined && onOpen(row.key, false)}
        >
          {row === undefined ? <span className={styles['pending']} /> : <KeyText text={key} />}
        </button>
        {state !== undefined && <span className={styles['state']}>{STATES[state]}</span>}
      </span>
      {Array.from({ length: columns }, (_, column) => (
        // Columns have their places.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <span key={column} role="gridcell" className={styles['column']}>
          {row?.columns?.[column] ?? ''}
        </span>
      ))}
      {hasExcerpts && (
        <span role="gridcell" className={styles['excerpt']}>
          {excerpt !== undefined && (
            <bdi>
              <VisibleText
                text={excerpt.text}
                isMarked={place => place >= excerpt.start && place < excerpt.end}
              />
            </bdi>
          )}
        </span>
      )}
      <span
        role="gridcell"
        className={styles['size']}
        title={size === undefined ? undefined : formatExactBytes(size)}
      >
        {size === undefined ? '' : formatBytes(size)}
      </span>
      <span role="gridcell" className={styles['time']}>
        {mtime === undefined ? '' : formatTime(mtime)}
      </span>
    </div>
  )
}

/** The branch dim, the name not. */
function KeyText({ text }: { readonly text: string }) {
  const slash = text.lastIndexOf('/') + 1
  return (
    <bdi>
      <span className={styles['branch']}>
        <VisibleText text={text.slice(0, slash)} />
      </span>
      <VisibleText text={text.slice(slash)} />
    </bdi>
  )
}

/** How a click chooses: this row alone, all up to it, or this one in addition to the others. */
function howOf({ shiftKey, ctrlKey, metaKey }: MouseEvent): HowChosen {
  if (shiftKey) return 'to'
  return (isMacPlatform() ? metaKey : ctrlKey) ? 'toggle' : 'one'
}
