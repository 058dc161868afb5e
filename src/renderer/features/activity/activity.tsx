import { ChevronDown, ChevronUp, ListX } from 'lucide-react'
import type { JobInfo } from '../../../shared/procedures/jobs.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { PanelHeader } from '../../ui/panel-header.tsx'
import styles from './activity.module.css'
import { hideJobs, useActivityStore } from './activity-store.ts'
import { JobRow } from './job-row.tsx'
import { useNow } from './use-now.ts'

export interface ActivityProps {
  readonly jobs: readonly JobInfo[]
  readonly sessions: readonly SessionInfo[]
  readonly isOpen: boolean
  readonly onToggle: () => void
  readonly onCancel: (job: string) => void
}

/** The jobs: what runs, how far it is, and how the others ended. */
export function Activity({ jobs, sessions, isOpen, onToggle, onCancel }: ActivityProps) {
  const hidden = useActivityStore(state => state.hidden)
  const shown = jobs.filter(job => !hidden.has(job.id))
  const running = shown.filter(job => job.state === 'running')
  const ended = shown.filter(job => job.state !== 'running')
  const now = useNow(isOpen && running.length > 0)
  const title = running.length === 0 ? 'Activity' : `Activity · ${running.length} running`
  return (
    <>
      <PanelHeader title={title}>
        {isOpen && ended.length > 0 && (
          <IconButton
            label="Clear finished jobs"
            icon={ListX}
            onPress={() => hideJobs(ended.map(job => job.id))}
          />
        )}
        <IconButton
          label={isOpen ? 'Hide activity' : 'Show activity'}
          icon={isOpen ? ChevronDown : ChevronUp}
          onPress={onToggle}
        />
      </PanelHeader>
      {isOpen && shown.length === 0 && (
        <p className={styles['empty']}>
          Counting, deleting and moving branches run here, and can be stopped here.
        </p>
      )}
      {isOpen && shown.length > 0 && (
        <ul className={styles['jobs']}>
          {shown.map(job => (
            <JobRow
              key={job.id}
              job={job}
              session={sessions.find(({ id }) => id === job.session)?.name}
              now={now}
              onCancel={() => onCancel(job.id)}
            />
          ))}
        </ul>
      )}
    </>
  )
}
