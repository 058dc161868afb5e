import { useCallback, useEffect, useState } from 'react'
import type { JobInfo } from '../../../shared/procedures/jobs.ts'
import { CallError, type Client } from '../../api/client.ts'

export interface CountJob {
  readonly job: JobInfo | undefined
  /** Why it could not be started or stopped. */
  readonly failure: string | undefined
  readonly start: () => void
  readonly cancel: () => void
}

/** Counts the keys at and below a branch, as a job in the host. */
export function useCountJob(client: Client, session: string, prefix: string): CountJob {
  const [job, setJob] = useState<JobInfo>()
  const [failure, setFailure] = useState<string>()
  const id = job?.id

  useEffect(() => {
    if (id === undefined) return
    return client.on('jobChanged', changed => {
      if (changed.id === id) setJob(changed)
    })
  }, [client, id])

  const take = useCallback(async (answer: Promise<JobInfo>) => {
    setFailure(undefined)
    try {
      const info = await answer
      // An event that came before this answer knows more.
      setJob(known => (known?.id === info.id && known.state !== 'running' ? known : info))
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      setFailure(error.message)
    }
  }, [])

  const start = useCallback(
    () => void take(client.call('jobs.start', { session, request: { type: 'count', prefix } })),
    [take, client, session, prefix],
  )
  const cancel = useCallback(() => {
    if (id !== undefined) void take(client.call('jobs.cancel', { job: id }))
  }, [take, client, id])

  return { job, failure, start, cancel }
}
