import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import styles from './connect-screen.module.css'

interface ConnectScreenProps {
  /** Absent while the host is being reached. */
  readonly failure: string | undefined
  readonly onRetry: () => void
}

export function ConnectScreen({ failure, onRetry }: ConnectScreenProps) {
  return (
    <main className={styles['screen']}>
      {failure === undefined ? (
        <p className={styles['waiting']}>Connecting…</p>
      ) : (
        <div role="alert">
          <EmptyState title="Strata can’t be reached" detail={failure}>
            <Button variant="primary" onPress={onRetry}>
              Try again
            </Button>
          </EmptyState>
        </div>
      )}
    </main>
  )
}
