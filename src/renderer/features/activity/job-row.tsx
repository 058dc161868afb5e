import { CircleCheck, CircleSlash, LoaderCircle, OctagonAlert, X } from 'lucide-react'
import type { JobInfo } from '../../../shared/procedures/jobs.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Progress } from '../../ui/progress.tsx'
import styles from './activity.module.css'
import { jobText } from './job-text.ts'

const ICONS = { running: LoaderCircle, done: CircleCheck, cancelled: CircleSlash, failed: OctagonAlert }

export interface JobRowProps {
  readonly job: JobInfo
  /** The session's name, while it is open. */
  readonly session: string | undefined
  readonly now: number
  readonly onCancel: () => void
}

export function JobRow({ job, session, now, onCancel }: JobRowProps) {
  const Icon = ICONS[job.state]
  const isRunning = job.state === 'running'
  return (
    <li className={styles['job']}>
      <Icon size={14} aria-hidden className={styles[job.state]} />
      <span className={styles['title']}>{job.title}</span>
      {session !== undefined && <span className={styles['session']}>{session}</span>}
      <span className={styles['progress']}>
        {isRunning && <Progress label={job.title} value={job.done} total={job.total} />}
      </span>
      <span className={styles['text']}>{jobText(job, now)}</span>
      {isRunning && <IconButton label={`Cancel: ${job.title}`} icon={X} onPress={onCancel} />}
    </li>
  )
}
