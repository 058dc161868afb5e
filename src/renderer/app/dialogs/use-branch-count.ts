import { useEffect, useState } from 'react'
import type { JobInfo } from '../../../shared/procedures/jobs.ts'
import type { Client } from '../../api/client.ts'

export interface BranchCount {
  readonly keys: number
  readonly bytes: number
  readonly state: 'counting' | 'counted' | 'failed'
}

const NOTHING_YET: BranchCount = { keys: 0, bytes: 0, state: 'counting' }

/** Counts the keys at and below `prefix` by a job, which stops when nobody wants to know any more. */
export function useBranchCount(client: Client, session: string, prefix: string | undefined): BranchCount {
  const [count, setCount] = useState(NOTHING_YET)
  useEffect(() => {
    if (prefix === undefined) return undefined
    let job: JobInfo | undefined
    let isOver = false
    const show = (next: JobInfo): void => {
      job = next
      if (!isOver) setCount(countOf(next))
    }
    const end = client.on('jobChanged', next => {
      if (next.id === job?.id) show(next)
    })
    const start = client.call('jobs.start', { session, request: { type: 'count', prefix } })
    start.then(
      async started => {
        show(started)
        // What happened between start and answer was told before its id was known.
        const { jobs } = await client.call('jobs.list', {})
        const now = jobs.find(({ id }) => id === started.id)
        if (now !== undefined) show(now)
        if (isOver) stop(client, job)
      },
      () => setCount({ ...NOTHING_YET, state: 'failed' }),
    )
    return () => {
      isOver = true
      end()
      stop(client, job)
    }
  }, [client, session, prefix])
  return count
}

function countOf({ done, bytes, state }: JobInfo): BranchCount {
  const ending = state === 'running' ? 'counting' : state === 'done' ? 'counted' : 'failed'
  return { keys: done, bytes, state: ending }
}

function stop(client: Client, job: JobInfo | undefined): void {
  if (job?.state !== 'running') return
  // A count that can't be stopped ends by itself, and does no harm.
  client.call('jobs.cancel', { job: job.id }).catch(() => undefined)
}
