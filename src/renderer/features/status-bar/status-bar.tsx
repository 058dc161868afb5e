import { Lock, Unplug } from 'lucide-react'
import type { JobInfo } from '../../../shared/procedures/jobs.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Client } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { EnvironmentBadge } from '../../ui/environment-badge.tsx'
import { formatBytes, formatCountOf, formatRough } from '../../ui/text/format.ts'
import styles from './status-bar.module.css'
import { type Stats, useStats } from './use-stats.ts'

export interface StatusBarProps {
  readonly client: Client
  readonly session: SessionInfo | undefined
  readonly jobs: readonly JobInfo[]
  readonly isConnected: boolean
  readonly onShowActivity: () => void
}

/** The current stack, the size of its content, and the number of running jobs. */
export function StatusBar({ client, session, jobs, isConnected, onShowActivity }: StatusBarProps) {
  const running = jobs.filter(job => job.state === 'running').length
  return (
    <footer aria-label="Status bar" className={styles['bar']}>
      {session === undefined ? (
        <span>No stack is open</span>
      ) : (
        <SessionStatus client={client} session={session} />
      )}
      <span className={styles['space']} />
      {!isConnected && (
        <span className={styles['lost']}>
          <Unplug size={13} aria-hidden />
          No connection
        </span>
      )}
      <Button variant="quiet" onPress={onShowActivity}>
        {running === 0 ? 'No jobs running' : running === 1 ? '1 job running' : `${running} jobs running`}
      </Button>
    </footer>
  )
}

function SessionStatus({ client, session }: { readonly client: Client; readonly session: SessionInfo }) {
  const stats = useStats(client, session.id)
  const { indexing } = session.status
  return (
    <>
      <span className={styles['name']}>{session.name}</span>
      {session.environment !== 'development' && <EnvironmentBadge environment={session.environment} />}
      {session.isReadOnly && (
        <span className={styles['lock']}>
          <Lock size={12} aria-hidden />
          Read-only
        </span>
      )}
      {!session.isWritable && <span className={styles['lock']}>This stack can’t be written</span>}
      {indexing === undefined ? <span>{countText(stats)}</span> : <span>{indexingText(indexing)}</span>}
      {typeof stats === 'object' && stats.bytes !== undefined && <span>{formatBytes(stats.bytes)}</span>}
    </>
  )
}

function indexingText({ keys, of }: NonNullable<SessionInfo['status']['indexing']>): string {
  // Repeated keys are counted more than once until all are found.
  if (of === undefined || keys >= of) return `Indexing keys: ${formatRough(keys)}`
  return `Indexing keys: ${formatRough(keys)} of about ${formatRough(of)}`
}

function countText(stats: Stats | 'failed' | undefined): string {
  if (stats === undefined) return 'Counting keys…'
  if (stats === 'failed') return 'Keys not counted'
  if (stats.entries === undefined || stats.accuracy === 'unknown') return 'Number of keys unknown'
  return formatCountOf(stats.entries, stats.accuracy, 'key', 'keys')
}
