import {
  ChevronDown,
  ChevronUp,
  CircleCheck,
  CircleSlash,
  ListX,
  LoaderCircle,
  OctagonAlert,
  X,
} from 'lucide-react'
import { create } from 'zustand'
import type { JobInfo } from '../../../shared/procedures/jobs.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { IconButton } from '../../ui/button.tsx'
import { PanelHeader } from '../../ui/panels.tsx'
import { Progress } from '../../ui/progress.tsx'
import { formatBytes, formatDuration, formatNumber, formatTimeLeft } from '../../ui/text/format.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { useNow } from '../../ui/use-now.ts'
import styles from './activity.module.css'

interface ActivityProps {
  /** Those that `useListedJobs` returns. */
  readonly jobs: readonly JobInfo[]
  readonly sessions: readonly SessionInfo[]
  readonly isOpen: boolean
  readonly onToggle: () => void
  readonly onCancel: (job: string) => void
}

/** Running jobs with their progress, and how other jobs ended. */
export function Activity({ jobs, sessions, isOpen, onToggle, onCancel }: ActivityProps) {
  const running = jobs.filter(job => job.state === 'running')
  const ended = jobs.filter(job => job.state !== 'running')
  const now = useNow(isOpen && running.length > 0 ? 1000 : 'never')
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
      {isOpen && jobs.length === 0 && (
        <p className={styles['empty']}>
          Counting, deleting and moving branches run here, and can be stopped here.
        </p>
      )}
      {isOpen && jobs.length > 0 && (
        <ul className={styles['jobs']}>
          {jobs.map(job => (
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

const ICONS = { running: LoaderCircle, done: CircleCheck, cancelled: CircleSlash, failed: OctagonAlert }

interface JobRowProps {
  readonly job: JobInfo
  /** The session's name, while it is open. */
  readonly session: string | undefined
  readonly now: number
  readonly onCancel: () => void
}

function JobRow({ job, session, now, onCancel }: JobRowProps) {
  const Icon = ICONS[job.state]
  const isRunning = job.state === 'running'
  return (
    <li className={styles['job']}>
      <Icon size={14} aria-hidden className={styles[job.state]} />
      <span className={styles['title']}>
        <VisibleText text={job.title} />
      </span>
      {session !== undefined && <span className={styles['session']}>{session}</span>}
      <span className={styles['progress']}>
        {isRunning && <Progress label={job.title} value={job.done} total={job.total} />}
      </span>
      <span className={styles['text']}>{jobText(job, now)}</span>
      {isRunning && <IconButton label={`Cancel: ${job.title}`} icon={X} onPress={onCancel} />}
    </li>
  )
}

/** One line about a job: its progress and rate, or how it ended. @param now Milliseconds since 1970. */
export function jobText(job: JobInfo, now: number): string {
  const elapsed = Math.max(0, (job.endedAt ?? now) - job.startedAt)
  const keys = keysText(job)
  const bytes = job.bytes > 0 ? `, ${formatBytes(job.bytes)}` : ''
  switch (job.state) {
    case 'running':
      return `${keys}${bytes} · ${rateText(job.done, elapsed)}${leftText(job, elapsed)}${formatDuration(elapsed)}`
    case 'done':
      return `${keys}${bytes} in ${formatDuration(elapsed)}${stayedText(job)}`
    case 'cancelled':
      return `Stopped after ${keys}${bytes}${stayedText(job)}`
    case 'failed':
      return `Failed after ${keys}: ${job.error?.message ?? 'no reason was given'}`
  }
}

function keysText({ done, total, state }: JobInfo): string {
  if (total === undefined || state === 'done') return done === 1 ? '1 key' : `${formatNumber(done)} keys`
  return `${formatNumber(done)} of ${formatNumber(total)} keys`
}

/** What an action left, with the first reason. */
function stayedText({ result }: JobInfo): string {
  if (result === undefined || result.skipped + result.stayed === 0) return ''
  const [first] = result.examples
  const counts = [
    result.skipped > 0 ? `${formatNumber(result.skipped)} skipped` : '',
    result.stayed > 0 ? `${formatNumber(result.stayed)} stayed` : '',
  ]
  const reason = first === undefined ? '' : ` (${first.key}: ${first.reason})`
  return ` · ${counts.filter(text => text !== '').join(', ')}${reason}`
}

/** Empty until the rate can be estimated, and where the total is unknown. */
function leftText({ done, total }: JobInfo, elapsed: number): string {
  if (elapsed < 500 || done === 0 || total === undefined || total <= done) return ''
  return `about ${formatTimeLeft(((total - done) / done) * elapsed)} left · `
}

/** Empty until the rate can be estimated. */
function rateText(done: number, elapsed: number): string {
  if (elapsed < 500 || done === 0) return ''
  return `${formatNumber(Math.round((done / elapsed) * 1000))} keys/s · `
}

/** Ended jobs that were cleared. */
const useActivityStore = create<{ readonly hidden: ReadonlySet<string> }>(() => ({
  hidden: new Set(),
}))

function hideJobs(ids: readonly string[]): void {
  useActivityStore.setState(({ hidden }) => ({ hidden: new Set([...hidden, ...ids]) }))
}

/** The jobs that "Activity" lists: those that were not cleared. A preview is shown in its dialog. */
export function useListedJobs(jobs: readonly JobInfo[]): readonly JobInfo[] {
  const hidden = useActivityStore(state => state.hidden)
  return jobs.filter(job => !hidden.has(job.id) && job.request.type !== 'previewMany')
}
