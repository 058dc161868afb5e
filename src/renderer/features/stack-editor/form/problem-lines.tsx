import type { PlacedProblem } from '../model/problem-places.ts'
import styles from './node-form.module.css'

export interface ProblemLinesProps {
  readonly problems: readonly PlacedProblem[]
  /** Says which member each is about, where they do not stand beside it. */
  readonly withNames?: boolean
}

export function ProblemLines({ problems, withNames = false }: ProblemLinesProps) {
  return problems.map(({ path, message, field, severity }) => (
    <p key={`${path} ${message}`} className={styles[severity]}>
      {withNames && field !== undefined ? `${field}: ${message}` : message}
    </p>
  ))
}
