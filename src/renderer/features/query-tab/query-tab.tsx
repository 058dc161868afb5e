import { Braces, Copy, History, Play, Save, Square } from 'lucide-react'
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import type { QueryCost, QueryProblem } from '../../../shared/procedures/query.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { MAX_QUERY_TEXT, MAX_RESULTS } from '../../../shared/query-limits.ts'
import { CallError, type Client, isAbortedCall } from '../../api/client.ts'
import { sourceName, type TextStorage } from '../../api/host-storage.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import type { ManyKeyAction } from '../../ui/chosen-keys.ts'
import { formatBytes, formatCountOf, formatDuration, formatNumber } from '../../ui/format.ts'
import type { KeySelection } from '../../ui/key-selection.ts'
import { MenuButton } from '../../ui/menu.tsx'
import { EmptyState } from '../../ui/panels.tsx'
import { Kbd } from '../../ui/shortcut.tsx'
import { QueryBuilder } from './query-builder.tsx'
import { QueryResults, type ResultsState, type RowOrder } from './query-results.ts'
import styles from './query-tab.module.css'
import { placeOf, queryText, readQuery, withChange } from './query-text.ts'
import { ResultsTable, type RowRequest } from './results-table.tsx'
import { forgetQuery, keptQueries, queryLine, rememberQuery, saveQuery } from './saved-queries.ts'

export interface QueryTabProps {
  readonly client: Client
  readonly storage: TextStorage
  readonly session: SessionInfo
  readonly text: string
  readonly name: string | undefined
  readonly onChange: (query: { readonly text: string; readonly name?: string | undefined }) => void
  readonly onOpen: (key: string, options: { readonly isPreview: boolean }) => void
  readonly onReveal: (key: string) => void
  readonly onCopy: (text: string, what: string) => void
  /** Something is to be done to hits of a query below a branch. */
  readonly onMany: (action: ManyKeyAction, selection: KeySelection, prefix: string) => void
  /** The keyboard is to go to what is looked for. */
  readonly isFocusWanted: boolean
  readonly onFocusTaken: () => void
}

/** Width in pixels from which the JSON is shown beside the builder. */
const WIDE = 1500

/** Keys that are copied at most. */
const MAX_COPIED = 100_000

/** One query: builder and JSON of it, what it would read, and its rows. */
export function QueryTab(props: QueryTabProps) {
  const { client, session, text, onChange, onOpen, onReveal, onCopy, onMany, isFocusWanted, onFocusTaken } =
    props
  const [results] = useState(() => new QueryResults(client, session.id))
  useEffect(() => results.start(), [results])
  const state = useSyncExternalStore(results.subscribe, results.getState)
  const checked = useCheck(client, session, text)
  const built = useMemo(() => readQuery(text), [text])
  const [lastBuilt, setLastBuilt] = useState(built)
  if (built !== undefined && built !== lastBuilt) setLastBuilt(built)
  const tab = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!isFocusWanted) return
    const fields = tab.current?.querySelectorAll<HTMLElement>('[aria-label="Value"], [aria-label="Below"]')
    fields?.item(fields.length - 1).focus()
    onFocusTaken()
  }, [isFocusWanted, onFocusTaken])
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
  const request = (asked: RowRequest) => {
    if (asked.type === 'open') onOpen(asked.key, { isPreview: asked.isPreview })
    else if (asked.type === 'reveal') onReveal(asked.key)
    else if (asked.type === 'many') onMany(asked.action, asked.selection, state.prefix)
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
          <fieldset disabled={built === undefined} className={styles['fields']}>
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
          <JsonPane text={text} problem={problem} onChange={next => onChange({ text: next })} />
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

function ResultsBody({
  results,
  state,
  ...events
}: {
  readonly results: QueryResults
  readonly state: ResultsState
  readonly onSort: (order: RowOrder | undefined) => void
  readonly onRequest: (request: RowRequest) => void
  readonly isReadOnly: boolean
}) {
  const { report, error, isRunning } = state
  if (error !== undefined) return <EmptyState title="The query could not be run" detail={error} />
  if (report === undefined)
    return isRunning ? null : (
      <EmptyState title="Nothing was run yet" detail="Say what you look for, then press Run." />
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

function ResultsBar({
  state: { report, isRunning },
  results,
  onCopyAll,
}: {
  readonly state: ResultsState
  readonly results: QueryResults
  readonly onCopyAll: () => void
}) {
  const [problems, setProblems] = useState<readonly { key: string; message: string }[]>()
  if (report === undefined) return null
  const { searched, total, isTotalExact, elapsed, bytesRead, isStopped, isCut, rows } = report
  const hits = formatCountOf(report.found, 'exact', 'hit', 'hits')
  const of = formatCountOf(total, isTotalExact ? 'exact' : 'lower-bound', 'key', 'keys')
  const share = isTotalExact && total > 0 ? Math.floor((searched / total) * 100) : undefined
  const facts = [
    `${formatNumber(searched)} of ${of} looked at${share === undefined || share === 100 ? '' : `, ${share} %`}`,
    bytesRead > 0 && `${formatBytes(bytesRead)} read`,
    formatDuration(elapsed),
    isStopped && 'stopped',
    report.found > rows && report.isLast && `the first ${formatNumber(rows)} are shown`,
    isCut && `no more than ${formatNumber(MAX_RESULTS)} are kept`,
  ].filter(fact => fact !== false)
  return (
    <div className={styles['results']}>
      <p role="status" className={styles['facts']}>
        <b>
          {hits}
          {isRunning && ' so far'}
        </b>{' '}
        <span className={styles['dim']}>{facts.join(' · ')}</span>
      </p>
      {isRunning && (
        <progress
          aria-label="Keys looked at"
          className={styles['progress']}
          max={100}
          {...(share !== undefined && { value: share })}
        />
      )}
      {report.problems > 0 && (
        <Button
          variant="quiet"
          onPress={() =>
            void (problems === undefined ? results.problems() : Promise.resolve(undefined)).then(
              setProblems,
              reportFailure,
            )
          }
        >
          {formatCountOf(report.problems, 'exact', 'key', 'keys')} could not be read
        </Button>
      )}
      <Button variant="quiet" isDisabled={rows === 0} onPress={onCopyAll}>
        <Copy size={13} aria-hidden /> Copy all keys
      </Button>
      {problems !== undefined && report.problems > 0 && (
        <ul aria-label="Keys that could not be read" className={styles['problems']}>
          {problems.map(({ key, message }) => (
            <li key={key}>
              <code>{key}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function JsonPane({
  text,
  problem,
  onChange,
}: {
  readonly text: string
  readonly problem: QueryProblem | undefined
  readonly onChange: (text: string) => void
}) {
  const field = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  const place = problem && placeOf(text, problem)
  const show = () => {
    if (place === undefined) return
    field.current?.focus()
    field.current?.setSelectionRange(place.start, place.end)
  }
  return (
    <div className={styles['json']}>
      <label htmlFor={`${id}text`} className={styles['dim']}>
        Same query as JSON
      </label>
      <textarea
        ref={field}
        id={`${id}text`}
        className={styles['text']}
        value={text}
        maxLength={MAX_QUERY_TEXT}
        rows={8}
        spellCheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}problem`}
        onChange={({ target }) => onChange(target.value)}
      />
      {problem !== undefined && (
        <p id={`${id}problem`} role="alert" className={styles['wrong']}>
          {problemText(text, problem)}{' '}
          {place !== undefined && (
            <Button variant="quiet" onPress={show}>
              Show
            </Button>
          )}
        </p>
      )}
    </div>
  )
}

/** The queries that were saved and run, and the way to save this one. */
function KeptQueries({ storage, session, text, name, onChange }: QueryTabProps) {
  const source = sourceName(session.source)
  const [isNaming, setNaming] = useState(false)
  const [typed, setTyped] = useState('')
  const [kept, setKept] = useState(() => keptQueries(storage, source))
  const refresh = () => setKept(keptQueries(storage, source))
  const { saved, recent } = kept
  const save = () => {
    const wanted = typed.trim()
    if (wanted === '') return
    saveQuery(storage, source, { name: wanted, text })
    setNaming(false)
    refresh()
    onChange({ text, name: wanted })
  }
  if (isNaming) {
    return (
      <form
        className={styles['naming']}
        onSubmit={event => {
          event.preventDefault()
          save()
        }}
      >
        <input
          aria-label="Name of the query"
          className={styles['input']}
          value={typed}
          // biome-ignore lint/a11y/noAutofocus: the field was asked for
          autoFocus
          onChange={({ target }) => setTyped(target.value)}
          onKeyDown={event => {
            if (event.key === 'Escape') setNaming(false)
          }}
        />
        <Button type="submit" isDisabled={typed.trim() === ''}>
          Save
        </Button>
      </form>
    )
  }
  return (
    <>
      <MenuButton
        label="Queries"
        groups={[
          {
            id: 'saved',
            title: 'Saved',
            entries: saved.map((query, index) => ({ id: `saved ${index}`, label: query.name })),
          },
          {
            id: 'recent',
            title: 'Run lately',
            entries: recent.map((query, index) => ({ id: `recent ${index}`, label: queryLine(query) })),
          },
          {
            id: 'remove',
            entries:
              name !== undefined && saved.some(query => query.name === name)
                ? [{ id: 'forget', label: `Delete "${name}"`, isDangerous: true }]
                : [],
          },
        ]}
        onChoose={id => {
          const [sort, index] = id.split(' ')
          const query = saved[Number(index)]
          const lately = recent[Number(index)]
          if (sort === 'recent' && lately !== undefined) onChange({ text: lately, name: undefined })
          else if (sort === 'saved' && query !== undefined) onChange(query)
          else if (sort === 'forget' && name !== undefined) {
            forgetQuery(storage, source, name)
            onChange({ text, name: undefined })
          }
          refresh()
        }}
      >
        <Button variant="quiet" onPress={refresh}>
          <History size={14} aria-hidden /> Queries
        </Button>
      </MenuButton>
      <Button
        variant="quiet"
        onPress={() => {
          setTyped(name ?? '')
          setNaming(true)
        }}
      >
        <Save size={14} aria-hidden /> Save query…
      </Button>
    </>
  )
}

/** Milliseconds after the last letter until a query is checked. */
const PAUSE = 150

interface Checked {
  readonly text: string | undefined
  readonly cost: QueryCost | undefined
  readonly problem: QueryProblem | undefined
}

/** What the host says about the query that is written. */
function useCheck(client: Client, session: SessionInfo, text: string): Checked {
  const [checked, setChecked] = useState<Checked>({ text: undefined, cost: undefined, problem: undefined })
  const check = useCallback(
    async (signal: AbortSignal) => {
      try {
        const { cost, problem } = await client.call(
          'query.describe',
          { session: session.id, text },
          { signal },
        )
        if (!signal.aborted) setChecked({ text, cost, problem })
      } catch (error) {
        if (signal.aborted || isAbortedCall(error)) return
        const message = error instanceof CallError ? error.message : String(error)
        setChecked({ text, cost: undefined, problem: { message } })
      }
    },
    [client, session.id, text],
  )
  useEffect(() => {
    const aborter = new AbortController()
    const timer = setTimeout(() => void check(aborter.signal), PAUSE)
    return () => {
      clearTimeout(timer)
      aborter.abort()
    }
  }, [check])
  return checked
}

function costText({ reads, keys }: QueryCost, prefix: string | undefined): string {
  const where = prefix === undefined || prefix === '/' ? '' : ` below ${prefix}`
  const count = keys === undefined ? '' : `: ${formatCountOf(keys, 'exact', 'key', 'keys')}`
  if (reads === 'values') return `This reads every value${where}${count}.`
  if (reads === 'stats') return `This looks up size and time of every key${where}${count}.`
  return `This looks at the names of the keys${where} alone${count}.`
}

function problemText(text: string, problem: QueryProblem): string {
  const place = placeOf(text, problem)
  const message = `${problem.message.slice(0, 1).toUpperCase()}${problem.message.slice(1)}`
  return place === undefined ? message : `Line ${place.line}, column ${place.column}: ${problem.message}`
}

function reportFailure(error: unknown): void {
  if (!isAbortedCall(error)) console.error(error)
}
