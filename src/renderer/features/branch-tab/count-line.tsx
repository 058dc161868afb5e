import { Button } from '../../ui/button.tsx'
import { formatBytes, formatCountOf } from '../../ui/text/format.ts'
import styles from './branch-tab.module.css'
import type { CountJob } from './use-count-job.ts'

/** Starts the count of all keys at and below a branch, and shows its progress. */
export function CountLine({ count: { job, failure, start, cancel } }: { readonly count: CountJob }) {
  const isRunning = job?.state === 'running'
  return (
    <span className={styles['count']}>
      {job !== undefined && <span role="status">{describe(job)}</span>}
      {failure !== undefined && <span role="alert">{failure}</span>}
      {isRunning ? (
        <Button variant="quiet" onPress={cancel}>
          Stop counting
        </Button>
      ) : (
        <Button variant="quiet" onPress={start}>
          Count keys
        </Button>
      )}
    </span>
  )
}

function describe({ state, done, bytes, error }: NonNullable<CountJob['job']>): string {
  const accuracy = state === 'done' ? 'exact' : 'lower-bound'
  const found = `${formatCountOf(done, accuracy, 'key', 'keys')}, ${formatBytes(bytes)} at and below`
  if (state === 'failed') return `${found}; counting failed: ${error?.message ?? 'no reason was given'}`
  return state === 'cancelled' ? `${found}; stopped` : found
}
