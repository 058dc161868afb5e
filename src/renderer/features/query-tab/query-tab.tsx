import { Braces, Play, Square } from 'lucide-react'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { type Client, isAbortedCall } from '../../api/client.ts'
import { sourceName } from '../../api/host-storage.ts'
import { QueryRows, type QueryRowsState, type RowOrder } from '../../api/query-rows.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import type { ManyKeyAction } from '../../ui/keys/chosen-keys.ts'
import type { KeySelection } from '../../ui/keys/key-selection.ts'
import { EmptyState } from '../../ui/panels.tsx'
import { Kbd } from '../../ui/shortcut.tsx'
import { formatCountOf, formatNumber } from '../../ui/text/format.ts'
import { KeptQueries, type KeptQueriesProps } from './kept-queries.tsx'
import { QueryBuilder } from './query-builder.tsx'
import { problemText, QueryJson } from './query-json.tsx'
import styles from './query-tab.module.css'
import { queryText, readQuery, withChange } from './query-text.ts'
import { ResultsBar } from './results-bar.tsx'
import { ResultsTable, type RowRequest } from './results-table.tsx'
import { rememberQuery } from './saved-queries.ts'
import { costText, useCheck } from './use-check.ts'

export interface QueryTabProps extends KeptQueriesProps {
  readonly client: Client
  readonly onOpen: (key: string, options: { readonly isPreview: boolean }) => void
  readonly onReveal: (key: string) => void
  readonly onCopy: (text: string, what: string) => void
  /** Something is to be done to hits of a query below a branch. */
  readonly onMany: (action: ManyKeyAction, selection: KeySelection, prefix: string) => void
  /** Whether to focus the search field. */
  readonly isFocusRequested: boolean
  readonly onFocusTaken: () => void
}

/** Width in pixels from which the JSON is shown next to the builder. */
const WIDE = 1500

/** Milliseconds after a change of keys until the visible rows are checked again. */
const CHECK_DELAY = 300

/** Keys that are copied at most. */
const MAX_COPIED = 100_000

/** One query: builder and JSON of it, what it would read, and its rows. */
export function QueryTab(props: QueryTabProps) {
  const {
    client,
    session,
    text,
    onChange,
    onOpen,
    onReveal,
    onCopy,
    onMany,
    isFocusRequested,
    onFocusTaken,
  } = props
  const results = useFollowedRows(client, session.id)
  const state = useSyncExternalStore(results.subscribe, results.getState)
  const checked = useCheck(client, session, text)
  const built = useMemo(() => readQuery(text), [text])
  const [lastBuilt, setLastBuilt] = useState(built)
  if (built !== undefined && built !== lastBuilt) setLastBuilt(built)
  const tab = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!isFocusRequested) return
    const fields = tab.current?.querySelectorAll<HTMLElement>('[aria-label="Value"], [aria-label="Below"]')
    fields?.item(fields.length - 1).focus()
    onFocusTaken()
  }, [isFocusRequested, onFocusTaken])
  const [isJsonShown, setJsonShown] = useState(window.innerWidth >= WIDE)
  // What is said of an earlier text is shown until there is news, and holds nothing up.
  const { cost } = checked
  const problem = checked.text === text ? checked.problem : undefined

  const runText = (query: string, order?: RowOrder) => {
    if (query === text && problem !== undefined) {
      setJsonShown(true)
      return
    }
    rememberQuery(props.storage, sourceName(session.source), query)
    void results.run(query, order)
  }
  const sort = (order: RowOrder | undefined) => {
    const isKnown = order === undefined || order.by === 'key' || state.reads !== 'keys'
    if (isKnown) void results.sort(order).catch(reportFailure)
    else if (built !== undefined) {
      // Sizes and times are read when one asks for them.
      const next = queryText(withChange(built.query, { withStat: true }))
      onChange({ text: next })
      runText(next, order)
    }
  }
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    runText(text)
  }
  const pressInField = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLInputElement) || event.target.type === 'checkbox') return
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) runText(text)
    else if (event.key === 'ArrowDown' && event.target.type === 'text')
      tab.current?.querySelector<HTMLElement>('[role="grid"] [data-row][tabindex="0"]')?.focus()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const request = (asked: RowRequest) => {
    if (asked.type === 'open') onOpen(asked.key, { isPreview: asked.isPreview })
    else if (asked.type === 'reveal') onReveal(asked.key)
    else if (asked.type === 'many') onMany(asked.action, asked.selection, prefixOf(state.text))
    else onCopy(asked.key, `"${asked.key}"`)
  }
  const copyAll = async () => {
    const keys = await results.keys(0, MAX_COPIED)
    const isAll = keys.length === (state.report?.rows ?? 0)
    const count = formatCountOf(keys.length, 'exact', 'key', 'keys')
    onCopy(keys.join('\n'), isAll ? count : `the first ${count}`)
  }

  return (
    <div ref={tab} className={styles['tab']} onKeyDown={press}>
      <div className={styles['query']}>
        {lastBuilt !== undefined && (
          <fieldset disabled={built === undefined} className={styles['fields']} onKeyDown={pressInField}>
            <QueryBuilder
              built={built ?? lastBuilt}
              onChange={query => onChange({ text: queryText(query) })}
            />
            {built === undefined && (
              <p className={styles['wrong']}>Correct the JSON to go on with the builder.</p>
            )}
          </fieldset>
        )}
        {(isJsonShown || lastBuilt === undefined) && (
          <QueryJson text={text} problem={problem} onChange={next => onChange({ text: next })} />
        )}
      </div>
      <div className={styles['bar']}>
        <Button variant="primary" isDisabled={problem !== undefined} onPress={() => runText(text)}>
          <Play size={14} aria-hidden /> Run <Kbd>Ctrl+Enter</Kbd>
        </Button>
        <Button isDisabled={!state.isRunning} onPress={() => void results.stop().catch(reportFailure)}>
          <Square size={12} aria-hidden /> Stop
        </Button>
        <p role="note" className={problem === undefined ? styles['cost'] : styles['wrong']}>
          {problem === undefined ? cost && costText(cost, built?.query.prefix) : problemText(text, problem)}
        </p>
        <KeptQueries {...props} />
        <IconButton
          label="JSON"
          icon={Braces}
          isPressed={isJsonShown}
          onPress={() => setJsonShown(!isJsonShown)}
        />
      </div>
      <ResultsBar state={state} results={results} onCopyAll={() => void copyAll().catch(reportFailure)} />
      <div className={styles['body']}>
        <ResultsBody
          results={results}
          state={state}
          isReadOnly={session.isReadOnly || !session.isWritable}
          onSort={sort}
          onRequest={request}
        />
      </div>
    </div>
  )
}

/** The rows of the queries of a tab, which follow what becomes of their keys. */
function useFollowedRows(client: Client, session: string): QueryRows {
  const [rows] = useState(() => new QueryRows(client, session, { readsState: true }))
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const end = client.on('valueChanged', change => {
      if (change.session !== session) return
      clearTimeout(timer)
      timer = setTimeout(() => rows.readStateAgain(), CHECK_DELAY)
    })
    return () => {
      end()
      clearTimeout(timer)
      rows.close()
    }
  }, [client, session, rows])
  return rows
}

/** The branch in which a query searches. */
function prefixOf(text: string | undefined): string {
  return (text === undefined ? undefined : readQuery(text)?.query.prefix) ?? '/'
}

function ResultsBody({
  results,
  state,
  ...events
}: {
  readonly results: QueryRows
  readonly state: QueryRowsState
  readonly onSort: (order: RowOrder | undefined) => void
  readonly onRequest: (request: RowRequest) => void
  readonly isReadOnly: boolean
}) {
  const { report, error, isRunning } = state
  if (error !== undefined) return <EmptyState title="The query could not be run" detail={error} />
  if (report === undefined)
    return isRunning ? null : (
      <EmptyState title="No results yet" detail="Type what to look for, then press Enter." />
    )
  if (report.rows === 0)
    return isRunning ? null : (
      <EmptyState
        title="Nothing was found"
        detail={`${formatNumber(report.searched)} keys were looked at.`}
      />
    )
  return <ResultsTable results={results} state={state} count={report.rows} {...events} />
}

function reportFailure(error: unknown): void {
  if (!isAbortedCall(error)) console.error(error)
}
