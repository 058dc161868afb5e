import { ListFilter, SearchCode, X } from 'lucide-react'
import type { KeyboardEvent } from 'react'
import type { Query } from '../../../../core/query/query.ts'
import { queryOfSearch } from '../../../api/search-query.ts'
import type { KeySearchState } from '../../../api/use-key-search.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { searchProgress } from '../../../ui/text/search-progress.ts'
import styles from './filter.module.css'
import type { FilterText } from './use-hits.ts'

interface FilterFieldProps {
  readonly filter: FilterText
  readonly onChange: (filter: FilterText) => void
  readonly search: KeySearchState
  /** Called to move the focus to the tree. */
  readonly onLeave: () => void
  readonly onQuery: (query: Query) => void
}

const KINDS = [
  ['substring', 'Text', 'Part of a key'],
  ['glob', 'Glob', '/films/*.json, **/draft-?'],
  ['regex', 'Regex', 'Regular expression'],
] as const

/** The filter of the tree, the progress of its search, and its errors. */
export function FilterField({ filter, onChange, search, onLeave, onQuery }: FilterFieldProps) {
  const { kind, text } = filter
  const isOn = text !== ''
  const clear = () => onChange({ ...filter, text: '' })

  function press(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown' || event.key === 'Enter') onLeave()
    else if (event.key === 'Escape' && isOn) clear()
    else if (event.key === 'Escape') onLeave()
    else return
    event.preventDefault()
  }

  const hint = KINDS.find(([name]) => name === kind)?.[2]
  return (
    <search className={styles['filter']}>
      <div className={styles['line']}>
        <ListFilter size={14} aria-hidden className={styles['icon']} />
        <input
          type="search"
          aria-label="Filter keys"
          aria-invalid={isOn && search.error !== undefined}
          placeholder={kind === 'substring' ? 'Filter keys' : hint}
          title={hint}
          value={text}
          spellCheck={false}
          autoComplete="off"
          className={styles['input']}
          onChange={event => onChange({ ...filter, text: event.target.value })}
          onKeyDown={press}
        />
        <select
          aria-label="Filter by"
          value={kind}
          className={styles['kind']}
          onChange={event => onChange({ ...filter, kind: event.target.value as FilterText['kind'] })}
        >
          {KINDS.map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        {isOn && <IconButton label="Clear the filter" icon={X} onPress={clear} />}
      </div>
      {isOn && <FilterState search={search} onQuery={() => onQuery(queryOfSearch(filter))} />}
    </search>
  )
}

function FilterState({
  search: { error, report, isRunning, keys, stop },
  onQuery,
}: {
  readonly search: KeySearchState
  readonly onQuery: () => void
}) {
  if (error !== undefined) {
    return (
      <p role="alert" className={styles['error']}>
        {error}
      </p>
    )
  }
  const isCut = report !== undefined && report.found > keys.length
  return (
    <div className={styles['state']}>
      <p role="status">
        {report !== undefined && searchProgress(report)}
        {isCut && `, the first ${keys.length} are shown`}
        {!isRunning && report?.isLast === false && ' · stopped'}
      </p>
      {isRunning && <Button onPress={stop}>Stop</Button>}
      <IconButton label="Open as a query" icon={SearchCode} onPress={onQuery} />
    </div>
  )
}
