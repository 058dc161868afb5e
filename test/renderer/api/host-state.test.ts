import { describe, expect, it } from 'vitest'
import { createHostState, withJob } from '../../../src/renderer/api/host-state.ts'
import type { JobInfo } from '../../../src/shared/procedures/jobs.ts'
import { eventually, openSession } from '../../main/host/test-host.ts'

describe('HostState', () => {
  it('knows what the host says at the start, and follows its events', async () => {
    const { page, session } = await openSession(['/a', '/b'])
    const state = createHostState(page)
    expect(state.sessions.get()).toBeUndefined()
    await state.load()
    expect(state.sessions.get()).toMatchObject([{ id: session, isReadOnly: false }])
    expect(state.workspace.get()?.settings.theme).toBe('system')

    let told = 0
    const end = state.sessions.subscribe(() => told++)
    await page.call('sessions.setReadOnly', { session, isReadOnly: true })
    await eventually(() => state.sessions.get()?.[0]?.isReadOnly === true)
    expect(told).toBeGreaterThan(0)
    end()

    await page.call('workspace.updateSettings', { settings: { theme: 'dark' } })
    await eventually(() => state.workspace.get()?.settings.theme === 'dark')
    await page.call('jobs.start', { session, request: { type: 'count', prefix: '/' } })
    await eventually(() => state.jobs.get()?.[0]?.state === 'done')
    expect(state.jobs.get()).toHaveLength(1)
  })
})

describe('withJob', () => {
  const job = (id: string, startedAt: number, done = 0): JobInfo => ({
    id,
    session: 's',
    request: { type: 'count', prefix: '/' },
    title: id,
    state: 'running',
    done,
    bytes: 0,
    startedAt,
  })

  it('holds each job once, newest first', () => {
    const jobs = [job('a', 1), job('b', 2), job('a', 1, 7)].reduce<readonly JobInfo[]>(withJob, [])
    expect(jobs.map(({ id, done }) => [id, done])).toEqual([
      ['b', 0],
      ['a', 7],
    ])
  })
})
