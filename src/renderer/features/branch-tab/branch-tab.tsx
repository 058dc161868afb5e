import { Plus, RotateCw } from 'lucide-react'
import {
  Fragment,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import type { QueryReport } from '../../../shared/procedures/query.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Row } from '../../../shared/procedures/store.ts'
import type { Client } from '../../api/client.ts'
import type { JobList } from '../../api/host-state.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Delayed } from '../../ui/delayed.tsx'
import type { ManyKeyAction } from '../../ui/keys/chosen-keys.ts'
import { hiddenText } from '../../ui/keys/hidden-entries.ts'
import type { KeyRequest } from '../../ui/keys/key-request.ts'
import type { KeySelection } from '../../ui/keys/key-selection.ts'
import { EmptyState } from '../../ui/panels.tsx'
import { formatCountOf, formatNumber } from '../../ui/text/format.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import styles from './branch-tab.module.css'
import { childKey, parentOf, pathTo } from './child-keys.ts'
import { type ChildOrder, ChildRows } from './child-rows.ts'
import { ChildStats } from './child-stats.ts'
import { ChildrenTable, type ChildrenTableProps, type SortedColumn } from './children-table.tsx'
import { CountLine } from './count-line.tsx'
import { SortedRows } from './sorted-rows.ts'
import { useCountJob } from './use-count-job.ts'

export interface BranchTabProps {
  readonly client: Client
  readonly jobs: JobList
  readonly session: SessionInfo
  readonly prefix: string
  readonly onOpen: (
    key: string,
    options: { readonly as: 'key' | 'branch'; readonly isPreview: boolean },
  ) => void
  readonly onRequest: (request: KeyRequest) => void
  /** The keyboard is to go to the children once they are shown. */
  readonly isFocusRequested: boolean
  readonly onFocusTaken: () => void
}

/** One branch: its children as a table. */
export function BranchTab(props: BranchTabProps) {
  const { client, jobs, session, prefix, onOpen, onRequest, isFocusRequested, onFocusTaken } = props
  const { id } = session
  const [order, setOrder] = useState<ChildOrder>()
  const [pressed, setPressed] = useState<SortedColumn>()
  const stats = useMemo(() => new ChildStats(client, id, prefix), [client, id, prefix])
  useEffect(() => stats.start(), [stats])
  const counting = useCountJob(jobs, id, prefix)
  useEffect(() => {
    if (!isFocusRequested) return
    // A component that got the focus meanwhile keeps it.
    const ends = new AbortController()
    for (const type of ['keydown', 'pointerdown'])
      window.addEventListener(type, onFocusTaken, { capture: true, signal: ends.signal })
    return () => ends.abort()
  }, [isFocusRequested, onFocusTaken])
  const isLocked = session.isReadOnly || !session.isWritable

  const open = useCallback(
    (row: Row, as: 'key' | 'branch', isPreview: boolean) =>
      onOpen(childKey(prefix, row.name), { as, isPreview }),
    [onOpen, prefix],
  )
  const table = {
    stats,
    prefix,
    onOpen: open,
    onDelete: ({ name, isValue, isBranch }: Row) =>
      onRequest({ type: 'delete', key: childKey(prefix, name), isValue, isBranch }),
    onMany: (action: ManyKeyAction, selection: KeySelection) =>
      onRequest({ type: 'many', action, selection, below: prefix }),
    onUp: () => {
      const parent = parentOf(prefix)
      if (parent !== undefined) onOpen(parent, { as: 'branch', isPreview: true })
    },
    pressed,
    isFocusRequested,
    onFocusTaken,
    onSort: (next: ChildOrder | undefined, header?: SortedColumn) => {
      setOrder(next)
      setPressed(header)
    },
    tools: (
      <>
        <CountLine count={counting} />
        <Button
          variant="quiet"
          isDisabled={isLocked}
          onPress={() => onRequest({ type: 'newKey', below: prefix })}
        >
          <Plus size={14} aria-hidden /> New key here
        </Button>
      </>
    ),
    path: <Path prefix={prefix} onOpen={onOpen} />,
  }
  return order === undefined ? (
    <NamedChildren {...table} client={client} session={session} />
  ) : (
    <SortedChildren {...table} client={client} session={session} order={order} />
  )
}

interface ChildrenProps
  extends Pick<
    ChildrenTableProps,
    | 'stats'
    | 'prefix'
    | 'onOpen'
    | 'onDelete'
    | 'onMany'
    | 'onUp'
    | 'pressed'
    | 'isFocusRequested'
    | 'onFocusTaken'
  > {
  readonly onSort: (order: ChildOrder | undefined, header?: SortedColumn) => void
  readonly client: Client
  readonly session: SessionInfo
  readonly path: ReactNode
  readonly tools: ReactNode
}

/** All children in the order of their names. */
function NamedChildren({ client, session, path, tools, ...table }: ChildrenProps) {
  const { prefix } = table
  const { id, document } = session
  const rows = useMemo(() => new ChildRows(client, id, prefix), [client, id, prefix])
  const { count, accuracy, failure, hidden, revision } = useSyncExternalStore(
    rows.subscribe,
    rows.getSnapshot,
  )
  // The session may run another stack now, so the children are read again.
  useEffect(() => rows.start(), [rows, document])
  const refresh = () => void rows.refresh()
  const isEmpty = count === 0 && accuracy === 'exact'
  const body = useRef<HTMLDivElement>(null)
  const { isFocusRequested, onFocusTaken } = table
  useEffect(() => {
    if (!isFocusRequested || !isEmpty) return
    body.current?.focus()
    onFocusTaken()
  }, [isFocusRequested, isEmpty, onFocusTaken])
  return (
    <div className={styles['tab']}>
      <div className={styles['bar']}>
        {path}
        <span role="status" className={styles['known']}>
          {count === undefined ? '' : formatCountOf(count, accuracy, 'child', 'children')}
        </span>
        {hidden !== undefined && (
          <span role="note" className={styles['known']} title={hiddenText(prefix, hidden)}>
            {formatNumber(hidden.count)} not shown
          </span>
        )}
        {tools}
        <IconButton label="Refresh" icon={RotateCw} onPress={refresh} />
      </div>
      <div ref={body} tabIndex={-1} className={styles['body']}>
        {failure !== undefined ? (
          <EmptyState
            title={`The children of ${JSON.stringify(prefix)} could not be listed`}
            detail={failure.message}
          >
            <Button onPress={refresh}>Retry</Button>
          </EmptyState>
        ) : isEmpty ? (
          <EmptyState
            title="There are no keys here"
            detail={`There is no key below ${JSON.stringify(prefix)}.`}
          />
        ) : count === undefined ? (
          <Delayed>
            <div role="status" className={styles['skeleton']} aria-busy="true" aria-label="Loading" />
          </Delayed>
        ) : (
          <ChildrenTable {...table} rows={rows} count={count} revision={revision} order={undefined} />
        )}
      </div>
    </div>
  )
}

/** The values among the children, by size or time. */
function SortedChildren({
  client,
  session,
  order,
  path,
  tools,
  ...table
}: ChildrenProps & { readonly order: ChildOrder }) {
  const { prefix } = table
  const { id, document } = session
  // Later orders are passed to these rows.
  const [first] = useState(order)
  const rows = useMemo(() => new SortedRows(client, id, prefix, first), [client, id, prefix, first])
  const state = useSyncExternalStore(rows.subscribe, rows.getState)
  useEffect(() => rows.start(), [rows, document])
  useEffect(() => {
    if (rows.order !== order) void rows.sort(order)
  }, [rows, order])
  const { report, error, revision, isOutdated } = state
  const refresh = () => void rows.refresh()
  return (
    <div className={styles['tab']}>
      <div className={styles['bar']}>
        {path}
        <span role="status" className={styles['known']}>
          {sortedText(state, order)}
        </span>
        {isOutdated && report?.isLast === true && (
          <Button variant="quiet" onPress={refresh}>
            Changed since: sort again
          </Button>
        )}
        {tools}
        <IconButton label="Refresh" icon={RotateCw} onPress={refresh} />
      </div>
      <div className={styles['body']}>
        {error !== undefined ? (
          <EmptyState title={`The values of ${JSON.stringify(prefix)} could not be sorted`} detail={error}>
            <Button onPress={refresh}>Retry</Button>
          </EmptyState>
        ) : report?.rows === 0 && report.isLast ? (
          <EmptyState title="There are no values to sort" detail="Branches have neither size nor time.">
            <Button onPress={() => table.onSort(undefined)}>Sort by name</Button>
          </EmptyState>
        ) : (
          <ChildrenTable {...table} rows={rows} count={report?.rows ?? 0} revision={revision} order={order} />
        )}
      </div>
    </div>
  )
}

const WORDS = {
  size: { true: 'largest first', false: 'smallest first' },
  mtime: { true: 'newest first', false: 'oldest first' },
} as const

/** What is sorted, and how much of it so far. */
export function sortedText(
  { report, isSorted }: { readonly report: QueryReport | undefined; readonly isSorted: boolean },
  { by, isDescending }: ChildOrder,
): string {
  const words = WORDS[by][`${isDescending}`]
  if (report === undefined || !report.isLast) {
    const searched = report?.searched ?? 0
    const of = report === undefined || report.total <= searched ? '' : ` of ${formatNumber(report.total)}`
    return `Looking at values: ${formatNumber(searched)}${of}, ${words}`
  }
  if (!isSorted) return 'Sorting…'
  const count = formatCountOf(report.rows, 'exact', 'value', 'values')
  const cut = report.isCut ? 'the first ' : ''
  return `${cut}${count}, ${words}; branches without a value are not among them`
}

function Path({ prefix, onOpen }: Pick<BranchTabProps, 'prefix' | 'onOpen'>) {
  const path = pathTo(prefix)
  return (
    <nav aria-label="Path" className={styles['path']}>
      {path.map(({ key, name }, index) => (
        <Fragment key={key}>
          {index > 1 && <span aria-hidden>/</span>}
          <button
            type="button"
            aria-current={index === path.length - 1 ? 'page' : undefined}
            onClick={() => onOpen(key, { as: 'branch', isPreview: true })}
          >
            <VisibleText text={name} />
          </button>
        </Fragment>
      ))}
    </nav>
  )
}
