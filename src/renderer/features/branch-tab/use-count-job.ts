import { useCallback, useState, useSyncExternalStore } from 'react'
import type { JobInfo } from '../../../shared/procedures/jobs.ts'
import { CallError } from '../../api/client.ts'
import type { JobList } from '../../api/host-state.ts'

export interface CountJob {
  readonly job: JobInfo | undefined
  /** Why it could not be started or stopped. */
  readonly failure: string | undefined
  readonly start: () => void
  readonly cancel: () => void
}

/** Counts the keys at and below a branch, as a job in the host. */
export function useCountJob(jobs: JobList, session: string, prefix: string): CountJob {
  const [id, setId] = useState<string>()
  const [failure, setFailure] = useState<string>()
  const list = useSyncExternalStore(jobs.subscribe, jobs.get)
  const job = list?.find(other => other.id === id)

  const attempt = useCallback(async (call: () => Promise<void>) => {
    setFailure(undefined)
    try {
      await call()
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      setFailure(error.message)
    }
  }, [])

  const start = useCallback(
    () => void attempt(async () => setId((await jobs.start(session, { type: 'count', prefix })).id)),
    [attempt, jobs, session, prefix],
  )
  const cancel = useCallback(() => {
    if (id !== undefined) void attempt(() => jobs.cancel(id))
  }, [attempt, jobs, id])

  return { job, failure, start, cancel }
}
