import { describe, expect, it } from 'vitest'
import { jobText } from '../../../../src/renderer/features/activity/activity.tsx'
import type { JobInfo } from '../../../../src/shared/procedures/jobs.ts'

const job: JobInfo = {
  id: 'j',
  session: 's',
  request: { type: 'count', prefix: '/a' },
  title: 'Delete /a',
  state: 'running',
  done: 500,
  bytes: 0,
  total: 2000,
  startedAt: 10_000,
}

describe('jobText', () => {
  it('shows the progress, rate and remaining time of a job', () => {
    expect(jobText(job, 12_000)).toBe('500 of 2,000 keys · 250 keys/s · about 6 s left · 2 s')
  })

  it('shows no rate while there is too little data', () => {
    expect(jobText(job, 10_100)).toBe('500 of 2,000 keys · 100 ms')
    expect(jobText({ ...job, done: 0 }, 12_000)).toBe('0 of 2,000 keys · 2 s')
  })

  it('shows how a job ended', () => {
    const ended = { ...job, endedAt: 11_500 }
    expect(jobText({ ...ended, state: 'done', done: 1 }, 99_000)).toBe('1 key in 1.5 s')
    expect(jobText({ ...ended, state: 'cancelled' }, 99_000)).toBe('Stopped after 500 of 2,000 keys')
    const error = { code: 'IO', message: 'Cannot delete "/a/b": disk full' } as const
    expect(jobText({ ...ended, state: 'failed', error }, 99_000)).toBe(
      'Failed after 500 of 2,000 keys: Cannot delete "/a/b": disk full',
    )
  })

  it('shows the bytes of a count', () => {
    const count: JobInfo = { ...job, request: { type: 'count', prefix: '/a' }, bytes: 2048, state: 'done' }
    expect(jobText({ ...count, endedAt: 10_250 }, 0)).toBe('500 keys, 2 KiB in 250 ms')
  })
})
