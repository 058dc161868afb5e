import { Plus, X } from 'lucide-react'
import { useId, useState } from 'react'
import type { Condition, Query } from '../../../core/query/query.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import styles from './query-tab.module.css'
import {
  type BuiltQuery,
  type ConditionRow,
  firstOrder,
  isTextOperator,
  newTest,
  OPERATORS,
  SUBJECTS,
  type Subject,
  scalarText,
  sizeText,
  subjectOf,
  timeText,
  typedScalar,
  typedSize,
  withChange,
  withOperator,
  withRows,
} from './query-text.ts'

type Test = Extract<Condition, { readonly field: string }>

interface QueryBuilderProps {
  readonly built: BuiltQuery
  readonly onChange: (query: Query) => void
}

/** A query in words: where, what, in which order, how many. */
export function QueryBuilder({ built, onChange }: QueryBuilderProps) {
  const { query, rows, isAny } = built
  const changeRows = (next: readonly ConditionRow[], any = isAny) => onChange(withRows(built, next, any))
  return (
    <div role="group" aria-label="Builder" className={styles['builder']}>
      <div className={styles['line']}>
        <span className={styles['word']}>below</span>
        <input
          aria-label="Below"
          className={`${styles['input']} ${styles['prefix']}`}
          value={typeof query.prefix === 'string' ? query.prefix : ''}
          placeholder="/"
          spellCheck={false}
          autoComplete="off"
          onChange={({ target }) =>
            onChange(withChange(query, { prefix: target.value === '' ? undefined : target.value }))
          }
        />
        <label className={styles['check']}>
          <input
            type="checkbox"
            checked={query.recursive !== false}
            onChange={({ target }) =>
              onChange(withChange(query, { recursive: target.checked ? undefined : false }))
            }
          />
          everything below
        </label>
      </div>
      {rows.map((row, index) => (
        <Line
          // Rows have no name, and are distinguished by their position.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          key={index}
          row={row}
          number={index + 1}
          word={index === 0 ? 'where' : isAny ? 'or' : 'and'}
          onChange={next => changeRows(rows.map((other, at) => (at === index ? next : other)))}
          onRemove={() => changeRows(rows.filter((_, at) => at !== index))}
        />
      ))}
      <div className={styles['line']}>
        <span className={styles['word']} />
        <Button
          variant="quiet"
          onPress={() => changeRows([...rows, { type: 'test', test: newTest('key'), isNot: false }])}
        >
          <Plus size={14} aria-hidden /> Condition
        </Button>
        {rows.length > 1 && (
          <select
            aria-label="How conditions are joined"
            className={styles['select']}
            value={isAny ? 'any' : 'all'}
            onChange={({ target }) => changeRows(rows, target.value === 'any')}
          >
            <option value="all">all of them</option>
            <option value="any">any of them</option>
          </select>
        )}
        <OrderAndLimit query={query} paths={pathsOf(rows)} onChange={onChange} />
      </div>
    </div>
  )
}

const LIMITS = [100, 1000, 10_000, 100_000]

interface OrderAndLimitProps {
  readonly query: Query
  /** Fields of the JSON that conditions speak of. */
  readonly paths: readonly string[]
  readonly onChange: (query: Query) => void
}

function OrderAndLimit({ query, paths, onChange }: OrderAndLimitProps) {
  const order = firstOrder(query)
  const isPath = order !== undefined && subjectOf(order.field) === 'path'
  const fields = isPath ? new Set([...paths, order.field]) : new Set(paths)
  const setOrder = (field: string, descending: boolean) =>
    onChange(
      withChange(query, {
        orderBy: field === 'key' && !descending ? undefined : [{ field, ...(descending && { descending }) }],
      }),
    )
  const limit = typeof query.limit === 'number' ? query.limit : undefined
  const limits = limit === undefined || LIMITS.includes(limit) ? LIMITS : [...LIMITS, limit]
  return (
    <>
      <span className={styles['dim']}>sorted by</span>
      <select
        aria-label="Sorted by"
        className={styles['select']}
        value={order?.field ?? 'key'}
        onChange={({ target }) => setOrder(target.value, order?.descending === true)}
      >
        <option value="key">key</option>
        <option value="size">size</option>
        <option value="mtime">time of change</option>
        {[...fields].map(field => (
          <option key={field} value={field}>
            {field}
          </option>
        ))}
      </select>
      <select
        aria-label="Direction"
        className={styles['select']}
        value={order?.descending === true ? 'down' : 'up'}
        onChange={({ target }) => setOrder(order?.field ?? 'key', target.value === 'down')}
      >
        <option value="up">first to last</option>
        <option value="down">last to first</option>
      </select>
      <select
        aria-label="At most"
        className={styles['select']}
        value={limit ?? 'all'}
        onChange={({ target }) =>
          onChange(withChange(query, { limit: target.value === 'all' ? undefined : Number(target.value) }))
        }
      >
        {limits.map(count => (
          <option key={count} value={count}>
            at most {count.toLocaleString('en-US')}
          </option>
        ))}
        <option value="all">all of them</option>
      </select>
    </>
  )
}

interface LineProps {
  readonly row: ConditionRow
  readonly number: number
  readonly word: string
  readonly onChange: (row: ConditionRow) => void
  readonly onRemove: () => void
}

function Line({ row, number, word, onChange, onRemove }: LineProps) {
  return (
    <div role="group" aria-label={`Condition ${number}`} className={styles['line']}>
      <span className={styles['word']}>{word}</span>
      {row.type === 'test' ? (
        <TestFields row={row} onChange={onChange} />
      ) : (
        <code className={styles['other']} title="This condition can be changed only in the JSON">
          {JSON.stringify(row.condition)}
        </code>
      )}
      <IconButton label={`Remove condition ${number}`} icon={X} onPress={onRemove} />
    </div>
  )
}

function TestFields({
  row,
  onChange,
}: {
  readonly row: Extract<ConditionRow, { readonly type: 'test' }>
  readonly onChange: (row: ConditionRow) => void
}) {
  const { test, isNot } = row
  const subject = subjectOf(test.field)
  const change = (next: Test) => onChange({ ...row, test: next })
  return (
    <>
      <select
        aria-label="What is compared"
        className={styles['select']}
        value={subject}
        onChange={({ target }) => change(newTest(target.value as Subject))}
      >
        {SUBJECTS.map(([id, label]) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </select>
      {subject === 'path' && (
        <input
          aria-label="Path"
          className={`${styles['input']} ${styles['path']}`}
          value={test.field}
          placeholder="address.city"
          spellCheck={false}
          autoComplete="off"
          onChange={({ target }) => change({ ...test, field: pathName(target.value) })}
        />
      )}
      <select
        aria-label="How it is compared"
        className={styles['select']}
        value={`${isNot ? 'not ' : ''}${test.op}`}
        onChange={({ target }) => {
          const [, not, op] = /^(not )?(.*)$/.exec(target.value) ?? []
          onChange({
            ...row,
            isNot: not !== undefined,
            test: withOperator(test, op as Test['op']),
          })
        }}
      >
        {OPERATORS[subject].map(([op, label]) => (
          <option key={op} value={op}>
            {label}
          </option>
        ))}
        {OPERATORS[subject]
          .filter(([op]) => isTextOperator(op) || op === 'exists')
          .map(([op, label]) => (
            <option key={`not ${op}`} value={`not ${op}`}>
              not: {label}
            </option>
          ))}
      </select>
      <ValueField test={test} onChange={change} />
      {'value' in test && isTextOperator(test.op) && (
        <label className={styles['check']} title="Upper and lower case are different">
          <input
            type="checkbox"
            checked={!('ignoreCase' in test && test.ignoreCase === true)}
            onChange={({ target }) => {
              const { field, op, value } = test
              change({ field, op, value, ...(!target.checked && { ignoreCase: true }) } as Test)
            }}
          />
          Match case
        </label>
      )}
    </>
  )
}

function ValueField({ test, onChange }: { readonly test: Test; readonly onChange: (test: Test) => void }) {
  if (!('value' in test)) return null
  const subject = subjectOf(test.field)
  const set = (value: unknown) => onChange({ ...test, value } as Test)
  if (subject === 'mtime') {
    return (
      <input
        type="datetime-local"
        aria-label="Value"
        step={1}
        className={styles['input']}
        value={timeText(Number(test.value))}
        onChange={({ target }) => {
          const time = new Date(target.value).getTime()
          if (!Number.isNaN(time)) set(time)
        }}
      />
    )
  }
  if (subject === 'size') {
    return <Typed text={sizeText(Number(test.value))} read={typedSize} onChange={set} hint="1.5 MiB" />
  }
  if (subject === 'path' && !isTextOperator(test.op)) {
    return <Typed text={scalarText(test.value)} read={typedScalar} onChange={set} hint="1927, text or true" />
  }
  return (
    <input
      aria-label="Value"
      className={styles['input']}
      value={typeof test.value === 'string' ? test.value : JSON.stringify(test.value)}
      placeholder={
        test.op === 'hasBytes' ? '89 50 4e 47' : test.op === 'glob' ? '/films/**/*.json' : undefined
      }
      spellCheck={false}
      autoComplete="off"
      onChange={({ target }) => set(target.value)}
    />
  )
}

/** A field whose text stands for a value. While one types, the text stays as typed. */
function Typed<T>({
  text,
  read,
  onChange,
  hint,
}: {
  readonly text: string
  readonly read: (text: string) => T | undefined
  readonly onChange: (value: T) => void
  readonly hint: string
}) {
  const [typed, setTyped] = useState<string>()
  const id = useId()
  const isWrong = typed !== undefined && read(typed) === undefined
  return (
    <>
      <input
        aria-label="Value"
        aria-invalid={isWrong}
        aria-describedby={isWrong ? id : undefined}
        className={styles['input']}
        value={typed ?? text}
        placeholder={hint}
        spellCheck={false}
        autoComplete="off"
        onChange={({ target }) => {
          setTyped(target.value)
          const value = read(target.value)
          if (value !== undefined) onChange(value)
        }}
        onBlur={() => setTyped(undefined)}
      />
      {isWrong && (
        <span id={id} className={styles['wrong']}>
          for example {hint}
        </span>
      )}
    </>
  )
}

function pathsOf(rows: readonly ConditionRow[]): string[] {
  const fields = rows.flatMap(row => (row.type === 'test' ? [row.test.field] : []))
  return fields.filter(field => field !== '' && subjectOf(field) === 'path')
}

/** A path that reads as one of the other subjects begins with `value.`. */
function pathName(text: string): string {
  return text === '' || subjectOf(text) === 'path' ? text : `value.${text}`
}
