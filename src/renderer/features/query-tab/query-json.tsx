import { useId, useRef } from 'react'
import { MAX_QUERY_TEXT } from '../../../shared/contract-constants.ts'
import type { QueryProblem } from '../../../shared/procedures/query.ts'
import { Button } from '../../ui/button.tsx'
import styles from './query-tab.module.css'
import { placeOf } from './query-text.ts'

/** The text of a query, and where it is wrong. */
export function QueryJson({
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

export function problemText(text: string, problem: QueryProblem): string {
  const place = placeOf(text, problem)
  const message = `${problem.message.slice(0, 1).toUpperCase()}${problem.message.slice(1)}`
  return place === undefined ? message : `Line ${place.line}, column ${place.column}: ${problem.message}`
}
