import type { Failure } from '../../../../shared/values.ts'
import { Button } from '../../../ui/button.tsx'
import styles from './bars.module.css'
import { whatToTry } from './what-to-try.ts'

export interface FailureLineProps {
  readonly failure: Failure
  readonly onRetry?: (() => void) | undefined
  readonly retryLabel?: string | undefined
}

/** What went wrong, and what can be tried. */
export function FailureLine({ failure, onRetry, retryLabel = 'Retry' }: FailureLineProps) {
  const advice = whatToTry(failure.code)
  return (
    <div role="alert" className={`${styles['bar']} ${styles['danger']}`}>
      <span className={styles['words']}>
        {failure.message}.{advice === undefined ? '' : ` ${advice}`}
      </span>
      {onRetry !== undefined && (
        <Button variant="quiet" onPress={onRetry}>
          {retryLabel}
        </Button>
      )}
    </div>
  )
}
