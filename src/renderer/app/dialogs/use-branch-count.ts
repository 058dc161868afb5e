import { useEffect, useState } from 'react'
import type { JobInfo } from '../../../shared/procedures/jobs.ts'
import type { JobList } from '../../api/job-list.ts'

export interface BranchCount {
  readonly keys: number
  readonly bytes: number
  readonly state: 'counting' | 'counted' | 'failed'
}

const NOTHING_YET: BranchCount = { keys: 0, bytes: 0, state: 'counting' }
const FAILED: BranchCount = { keys: 0, bytes: 0, state: 'failed' }

/** Counts the keys at and below `prefix` by a job, which is cancelled when the component is unmounted. */
export function useBranchCount(jobs: JobList, session: string, prefix: string | undefined): BranchCount {
  const [count, setCount] = useState(NOTHING_YET)
  useEffect(() => {
    if (prefix === undefined) return undefined
    let id: string | undefined
    let isOver = false
    const show = (): void => {
      if (id === undefined) return
      const job = jobs.get()?.find(other => other.id === id)
      setCount(job === undefined ? FAILED : countOf(job))
    }
    const unsubscribe = jobs.subscribe(show)
    jobs.start(session, { type: 'count', prefix }).then(
      job => {
        id = job.id
        if (isOver) stop(jobs, id)
        else show()
      },
      () => setCount(FAILED),
    )
    return () => {
      isOver = true
      unsubscribe()
      if (id !== undefined) stop(jobs, id)
    }
  }, [jobs, session, prefix])
  return count
}

function countOf({ done, bytes, state }: JobInfo): BranchCount {
  const ending = state === 'running' ? 'counting' : state === 'done' ? 'counted' : 'failed'
  return { keys: done, bytes, state: ending }
}

function stop(jobs: JobList, id: string): void {
  if (jobs.get()?.find(job => job.id === id)?.state !== 'running') return
  // A count that can't be stopped ends by itself, and does no harm.
  jobs.cancel(id).catch(() => undefined)
}
