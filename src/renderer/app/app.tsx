import { useEffect, useState } from 'react'
import { type Connection, connect } from '../api/connection.ts'
import { createShell } from '../api/shell.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState, ErrorBoundary } from '../ui/panels.tsx'
import styles from './app.module.css'
import { askPath } from './dialogs/dialog-store.ts'
import { type Services, ServicesContext } from './services.ts'
import { Window } from './window.tsx'

type State =
  | { readonly type: 'connecting' }
  | { readonly type: 'connected'; readonly services: Services }
  | { readonly type: 'failed'; readonly message: string }

/** Connects to the host, then shows the window. */
export function App() {
  const [state, setState] = useState<State>({ type: 'connecting' })
  const [attempts, setAttempts] = useState(1)
  useEffect(() => {
    let isOver = false
    connect().then(
      connection => {
        if (!isOver) setState({ type: 'connected', services: servicesOf(connection) })
      },
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error)
        if (!isOver) setState({ type: 'failed', message })
      },
    )
    return () => {
      isOver = true
    }
  }, [attempts])
  if (state.type !== 'connected') {
    return (
      <ConnectScreen
        failure={state.type === 'failed' ? state.message : undefined}
        onRetry={() => {
          setState({ type: 'connecting' })
          setAttempts(attempts + 1)
        }}
      />
    )
  }
  return (
    <ErrorBoundary panel="The window">
      <ServicesContext value={state.services}>
        <Window />
      </ServicesContext>
    </ErrorBoundary>
  )
}

function servicesOf(connection: Connection): Services {
  const { client, hello } = connection
  return { ...connection, shell: createShell(client, hello.shell, { pick: askPath }) }
}

interface ConnectScreenProps {
  /** Absent while connecting. */
  readonly failure: string | undefined
  readonly onRetry: () => void
}

function ConnectScreen({ failure, onRetry }: ConnectScreenProps) {
  return (
    <main className={styles['screen']}>
      <h1 className="visually-hidden">Strata</h1>
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
