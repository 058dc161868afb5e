import { CircleAlert, TriangleAlert } from 'lucide-react'
import { useId } from 'react'
import type { PlacedProblem } from '../model/problem-places.ts'
import { useEditor, useProblems } from '../state/editor-context.ts'
import { goToProblem } from './go-to-problem.ts'
import styles from './problem-list.module.css'
import { StateLine } from './state-line.tsx'

/** Everything that is wrong with the draft; each leads to its place. */
export function ProblemList() {
  const { store } = useEditor()
  const heading = useId()
  const problems = useProblems()
  return (
    <section className={styles['pane']} aria-labelledby={heading}>
      <div className={styles['header']}>
        <h2 id={heading} className={styles['title']}>
          Problems
        </h2>
        <span role="status">{countText(problems)}</span>
        <StateLine />
      </div>
      {problems.length > 0 && (
        <ul className={styles['list']} aria-labelledby={heading}>
          {problems.map((problem, index) => (
            <li key={`${index} ${problem.path}`}>
              <button type="button" className={styles['problem']} onClick={() => goToProblem(store, problem)}>
                <Mark severity={problem.severity} />
                <span className={styles['message']}>{problem.message}</span>
                <code className={styles['path']}>{problem.path}</code>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Mark({ severity }: Pick<PlacedProblem, 'severity'>) {
  const Icon = severity === 'error' ? CircleAlert : TriangleAlert
  return (
    <Icon size={14} className={styles[severity]} aria-label={severity === 'error' ? 'Error' : 'Warning'} />
  )
}

function countText(problems: readonly PlacedProblem[]): string {
  if (problems.length === 0) return 'None'
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const parts = [errors > 0 && plural(errors, 'error'), warnings > 0 && plural(warnings, 'warning')]
  return parts.filter(part => part !== false).join(', ')
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
