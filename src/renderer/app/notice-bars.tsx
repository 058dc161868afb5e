import { Lock } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { attempt, reportFailure } from './actions/failures.ts'
import { toggleReadOnly } from './actions/session-actions.ts'
import { useCurrentSession, useServices, useWorkspace } from './services.ts'
import { useAppStore } from './state/app-store.ts'
import styles from './window.module.css'

/** Notices that need attention: a lost connection, an unreachable server, an unreadable workspace file. */
export function NoticeBars() {
  const services = useServices()
  const { client } = services
  const { notice } = useWorkspace()
  const isConnected = useAppStore(state => state.isConnected)
  const session = useCurrentSession()
  const lost = session?.status.lost
  return (
    <>
      {!isConnected && <LostBar />}
      {isConnected && lost !== undefined && (
        <div role="alert" className={`${styles['bar']} ${styles['lost']}`}>
          <p>
            {lost.reason}. Strata tries again by itself. Your edits are kept, and can be put once the server
            is back.
          </p>
        </div>
      )}
      {session?.environment === 'production' && session.isReadOnly && session.isWritable && (
        <div role="status" className={`${styles['bar']} ${styles['lost']}`}>
          <Lock size={14} aria-hidden />
          <p>{session.name} is production and locked. Nothing can be written until it is unlocked.</p>
          <Button variant="quiet" onPress={() => attempt(() => toggleReadOnly(services, session))}>
            Unlock…
          </Button>
        </div>
      )}
      {notice !== undefined && (
        <div role="status" className={styles['bar']}>
          <p>{notice}</p>
          <Button variant="quiet" onPress={() => attempt(() => client.call('workspace.dismissNotice', {}))}>
            Dismiss
          </Button>
        </div>
      )}
    </>
  )
}

function LostBar() {
  const { reconnect } = useServices()
  const [isBusy, setBusy] = useState(false)

  async function again(): Promise<void> {
    setBusy(true)
    try {
      await reconnect()
      useAppStore.setState({ isConnected: true })
    } catch (error) {
      reportFailure(error)
      setBusy(false)
    }
  }

  return (
    <div role="alert" className={`${styles['bar']} ${styles['lost']}`}>
      <p>The connection to Strata was lost. Your edits are kept: reconnect, then put them.</p>
      <Button isDisabled={isBusy} onPress={() => void again()}>
        {isBusy ? 'Reconnecting…' : 'Reconnect'}
      </Button>
    </div>
  )
}
