import { ArrowDown, ArrowUp } from 'lucide-react'
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { isAbortedCall } from '../../api/client.ts'
import type { QueryRows, QueryRowsState, RowOrder } from '../../api/query-rows.ts'
import { actionOfLetter, changesKeys, chosenKeysMenu, type ManyKeyAction } from '../../ui/keys/chosen-keys.ts'
import { KeySelection, MAX_CHOSEN_KEYS } from '../../ui/keys/key-selection.ts'
import { type HowChosen, useChosenRows } from '../../ui/keys/use-chosen-rows.ts'
import { ContextMenu, type MenuEntry, type MenuGroup } from '../../ui/menu.tsx'
import { useRowWindow } from '../../ui/row-window.ts'
import { isMacPlatform } from '../../ui/shortcut.tsx'
import { ChosenBar } from './chosen-bar.tsx'
import styles from './query-tab.module.css'
import { ResultLine } from './result-line.tsx'

/** `--row` in the theme. */
const ROW_HEIGHT = 22

/** What the rows ask of the window. */
export type RowRequest =
  | { readonly type: 'open'; readonly key: string; readonly isPreview: boolean }
  | { readonly type: 'reveal' | 'copyKey'; readonly key: string }
  | { readonly type: 'many'; readonly action: ManyKeyAction; readonly selection: KeySelection }

interface Point {
  readonly x: number
  readonly y: number
}

interface ResultsTableProps {
  readonly results: QueryRows
  readonly state: QueryRowsState
  readonly count: number
  readonly onSort: (order: RowOrder | undefined) => void
  readonly onRequest: (request: RowRequest) => void
  readonly isReadOnly: boolean
}

/** The rows of a query, any number of them, moved through and chosen by keyboard and mouse. */
export function ResultsTable(props: ResultsTableProps) {
  const { results, state, count, onSort, onRequest, isReadOnly } = props
  const { columns, hasExcerpts, order, revision, report, run } = state
  const [wantedActive, setActive] = useState(0)
  const active = Math.max(0, Math.min(wantedActive, count - 1))
  const { attach, height, first, end, pageRows, top, reveal } = useRowWindow(count, ROW_HEIGHT, ROW_HEIGHT)
  const { chosen, acted, isChosen, choose } = useChosenRows({
    count,
    active,
    keyAt: index => results.rowAt(index)?.key,
    // A hit stands for its value alone, not for what is below it.
    selectionOf: keys => KeySelection.values(keys),
    select: async (from, length) =>
      KeySelection.values(await results.keys(from, Math.min(length, MAX_CHOSEN_KEYS))),
    contentKey: run,
    orderKey: order,
  })
  const [menuAt, setMenuAt] = useState<Point>()
  const body = useRef<HTMLDivElement>(null)
  /** Grows with every request to focus the active row. */
  const [focusRequests, setFocusRequests] = useState(0)

  useEffect(() => results.setVisible(first, end), [results, first, end, revision])
  useLayoutEffect(() => {
    if (focusRequests === 0) return
    body.current?.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus({ preventScroll: true })
  }, [focusRequests])

  const select = (index: number, how: HowChosen | undefined) => {
    setFocusRequests(wish => wish + 1)
    setActive(index)
    reveal(index)
    if (how !== undefined) void choose(how, index).catch(reportFailure)
  }
  const many = (action: ManyKeyAction) => {
    acted().then(selection => {
      if (!selection.isEmpty) onRequest({ type: 'many', action, selection })
    }, reportFailure)
  }

  const press = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target instanceof HTMLElement && event.target.dataset['row'] === undefined) return
    const next = nextRow(active, event.key, count, pageRows)
    const row = results.rowAt(active)
    const isCommand = isMacPlatform() ? event.metaKey : event.ctrlKey
    const letter = isCommand ? event.key.toLowerCase() : ''
    const action = actionOfLetter(letter, event.shiftKey) ?? ACTION_KEYS[event.key]
    if (next !== undefined && !event.altKey) {
      select(next, event.shiftKey ? 'to' : isCommand ? undefined : 'one')
    } else if (letter === ' ') select(active, 'toggle')
    else if (letter === 'a' && !event.shiftKey) select(active, 'all')
    else if (event.key === 'Escape' && !chosen.isEmpty) select(active, 'one')
    else if (action !== undefined && action !== 'paste') many(action)
    else if (row === undefined) return
    else if (event.key === 'Enter' && !isCommand) onRequest({ type: 'open', key: row.key, isPreview: false })
    else if (event.key === ' ') onRequest({ type: 'open', key: row.key, isPreview: true })
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const { left, bottom } = (event.target as HTMLElement).getBoundingClientRect()
      setMenuAt({ x: left + 40, y: bottom })
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  // The focus stays with its row, also while that is scrolled out of sight.
  const drawn = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index)
  if (count > 0 && (active < first || active >= end)) drawn.push(active)
  const [only] = chosen.keys
  const alone = chosen.isEmpty ? results.rowAt(active)?.key : chosen.count === 1 ? only : undefined
  return (
    <>
      <div
        ref={attach}
        role="grid"
        aria-multiselectable="true"
        aria-label="Results"
        aria-rowcount={report?.isLast === true ? count + 1 : -1}
        aria-colcount={3 + columns.length + (hasExcerpts ? 1 : 0)}
        className={styles['table']}
        onKeyDown={press}
      >
        <div role="rowgroup" className={styles['head']}>
          <div role="row" aria-rowindex={1} className={styles['headRow']}>
            <SortHeader by="key" label="Key" order={order} onSort={onSort} className="key" />
            {columns.map(path => (
              <span key={path} role="columnheader" className={styles['column']} title={path}>
                {path}
              </span>
            ))}
            {hasExcerpts && (
              <span role="columnheader" className={styles['excerpt']}>
                Found
              </span>
            )}
            <SortHeader by="size" label="Size" order={order} onSort={onSort} className="size" />
            <SortHeader by="mtime" label="Changed" order={order} onSort={onSort} className="time" />
          </div>
        </div>
        <div ref={body} role="rowgroup" className={styles['sizer']} style={{ height: height - ROW_HEIGHT }}>
          <div className={styles['layer']} role="presentation">
            {drawn.map(index => (
              <ResultLine
                key={index}
                index={index}
                row={results.rowAt(index)}
                columns={columns.length}
                hasExcerpts={hasExcerpts}
                isActive={index === active}
                isChosen={isChosen(index)}
                y={Math.max(-ROW_HEIGHT, Math.min(index, end) * ROW_HEIGHT - top)}
                onSelect={select}
                onMenu={setMenuAt}
                onOpen={(key, isPreview) => onRequest({ type: 'open', key, isPreview })}
              />
            ))}
          </div>
        </div>
      </div>
      <ChosenBar
        count={chosen.count}
        rows={count}
        isReadOnly={isReadOnly}
        onAct={many}
        onNone={() => select(active, 'one')}
      />
      {menuAt !== undefined && (
        <ContextMenu
          label={alone === undefined ? 'Actions for the chosen keys' : `Actions for ${alone}`}
          at={menuAt}
          groups={menuOf(Math.max(1, chosen.count), isReadOnly)}
          onClose={() => setMenuAt(undefined)}
          onChoose={id => {
            if (id === 'open' && alone !== undefined)
              onRequest({ type: 'open', key: alone, isPreview: false })
            else if ((id === 'reveal' || id === 'copyKey') && alone !== undefined)
              onRequest({ type: id, key: alone })
            else many(id as ManyKeyAction)
          }}
        />
      )}
    </>
  )
}

const ONE: readonly MenuEntry[] = [
  { id: 'open', label: 'Open' },
  { id: 'copyKey', label: 'Copy key' },
  { id: 'reveal', label: 'Show in tree' },
]

const ACTION_KEYS: Readonly<Record<string, ManyKeyAction>> = { Delete: 'delete', F2: 'rename' }

function menuOf(count: number, isReadOnly: boolean): MenuGroup[] {
  // Hits come from many branches: nothing is pasted among them.
  const changes = chosenKeysMenu(count)
    .filter(({ id }) => id !== 'paste' && !(id === 'copyText' && count === 1))
    .map(entry => ({ ...entry, isDisabled: isReadOnly && changesKeys(entry.id as ManyKeyAction) }))
  return [...(count === 1 ? [{ id: 'Row', entries: ONE }] : []), { id: 'Change', entries: changes }]
}

function reportFailure(error: unknown): void {
  if (!isAbortedCall(error)) console.error(error)
}

interface SortHeaderProps {
  readonly by: RowOrder['by']
  readonly label: string
  readonly order: RowOrder | undefined
  readonly onSort: (order: RowOrder | undefined) => void
  readonly className: string
}

/** Sorts upwards, then downwards, then as found. */
function SortHeader({ by, label, order, onSort, className }: SortHeaderProps) {
  const isSorted = order?.by === by
  const Arrow = isSorted && order.descending ? ArrowDown : ArrowUp
  const next = !isSorted ? { by, descending: false } : order.descending ? undefined : { by, descending: true }
  return (
    <span
      role="columnheader"
      aria-sort={isSorted ? (order.descending ? 'descending' : 'ascending') : 'none'}
      className={styles[className]}
    >
      <button type="button" className={styles['sort']} onClick={() => onSort(next)}>
        {label}
        {isSorted && <Arrow size={12} aria-hidden />}
      </button>
    </span>
  )
}

/** Where a key press moves in a list of `count` rows; `undefined` for a key that moves nothing. */
function nextRow(index: number, key: string, count: number, pageRows: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowUp: -1,
    ArrowDown: 1,
    PageUp: -pageRows,
    PageDown: pageRows,
    Home: -count,
    End: count,
  }
  const step = steps[key]
  return step === undefined ? undefined : Math.max(0, Math.min(count - 1, index + step))
}
