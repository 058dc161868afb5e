import type { JobInfo } from '../../../shared/procedures/jobs.ts'
import { formatBytes } from '../../ui/format-bytes.ts'
import { formatNumber } from '../../ui/format-count.ts'
import { formatDuration } from '../../ui/format-time.ts'

/** One line about a job: how far it is, how fast, or how it ended. @param now Milliseconds since 1970. */
export function jobText(job: JobInfo, now: number): string {
  const elapsed = Math.max(0, (job.endedAt ?? now) - job.startedAt)
  const keys = keysText(job)
  const bytes = job.request.type === 'count' && job.bytes > 0 ? `, ${formatBytes(job.bytes)}` : ''
  switch (job.state) {
    case 'running':
      return `${keys}${bytes} · ${rateText(job.done, elapsed)}${formatDuration(elapsed)}`
    case 'done':
      return `${keys}${bytes} in ${formatDuration(elapsed)}`
    case 'cancelled':
      return `Stopped after ${keys}${bytes}`
    case 'failed':
      return `Failed after ${keys}: ${job.error?.message ?? 'no reason was given'}`
  }
}

function keysText({ done, total, state }: JobInfo): string {
  if (total === undefined || state === 'done') return done === 1 ? '1 key' : `${formatNumber(done)} keys`
  return `${formatNumber(done)} of ${formatNumber(total)} keys`
}

/** Says nothing while there is too little to go by. */
function rateText(done: number, elapsed: number): string {
  if (elapsed < 500 || done === 0) return ''
  return `${formatNumber(Math.round((done / elapsed) * 1000))} keys/s · `
}
