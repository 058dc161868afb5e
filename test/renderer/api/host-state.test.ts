import { describe, expect, it } from 'vitest'
import type { Client } from '../../../src/renderer/api/client.ts'
import { createHostState, createJobList, withJob } from '../../../src/renderer/api/host-state.ts'
import type { EventName } from '../../../src/shared/events.ts'
import type { JobInfo } from '../../../src/shared/procedures/jobs.ts'
import { eventually, memoryWith, openSession } from '../../main/host/test-host.ts'

describe('HostState', () => {
  it('has the initial state of the host, and follows its events', async () => {
    const { page, session } = await openSession(['/a', '/b'])
    const state = createHostState(page)
    expect(state.sessions.get()).toBeUndefined()
    await state.load()
    expect(state.sessions.get()).toMatchObject([{ id: session, isReadOnly: false }])
    expect(state.workspace.get()?.settings.theme).toBe('system')

    let notifications = 0
    const end = state.sessions.subscribe(() => notifications++)
    await page.call('sessions.setReadOnly', { session, isReadOnly: true })
    await eventually(() => state.sessions.get()?.[0]?.isReadOnly === true)
    expect(notifications).toBeGreaterThan(0)
    end()

    await page.call('workspace.updateSettings', { settings: { theme: 'dark' } })
    await eventually(() => state.workspace.get()?.settings.theme === 'dark')
    await page.call('jobs.start', { session, request: { type: 'count', prefix: '/' } })
    await eventually(() => state.jobs.get()?.[0]?.state === 'done')
    expect(state.jobs.get()).toHaveLength(1)
  })

  it('has the end of a job that ends before the reply to its start', async () => {
    const { page, session } = await openSession(['/a', '/b'])
    const state = createHostState(page)
    await state.load()
    for (let count = 1; count <= 40; count++) {
      const { id } = await state.jobs.start(session, { type: 'count', prefix: '/a' })
      await eventually(() => state.jobs.get()?.find(job => job.id === id)?.state === 'done')
    }
  })

  it('keeps a change that is announced while the page requests the whole state', async () => {
    const { host, page } = await openSession([])
    const state = createHostState(page)
    const loaded = state.load()
    await host.openStore('Second', await memoryWith([]))
    await loaded
    await eventually(() => state.sessions.get()?.length === 2)
  })

  it('remembers a session requested before there is a listener', async () => {
    const { host, page, session } = await openSession([])
    const state = createHostState(page)
    host.show(session)
    await eventually(() => state.shown.get() === session)
  })
})

const job = (id: string, startedAt: number, change: Partial<JobInfo> = {}): JobInfo => ({
  id,
  session: 's',
  request: { type: 'count', prefix: '/' },
  title: id,
  state: 'running',
  done: 0,
  bytes: 0,
  startedAt,
  ...change,
})

/** A client whose every reply is preceded by the events that `before` sends. */
function clientWith(
  reply: () => unknown,
  before: (emit: (name: EventName, value: unknown) => void) => void,
): Client {
  const listeners = new Map<EventName, (value: never) => void>()
  return {
    call: async () => {
      const answer = reply()
      before((name, value) => listeners.get(name)?.(value as never))
      return answer as never
    },
    on(name, listener) {
      listeners.set(name, listener)
      return () => undefined
    },
    onLost: () => () => undefined,
  }
}

describe('JobList', () => {
  it('has the end of a job that ended before the reply that names it', async () => {
    const started = job('a', 1)
    const list = createJobList(
      clientWith(
        () => started,
        emit => emit('jobChanged', { ...started, state: 'done', done: 41 }),
      ),
    )
    await list.start('s', started.request)
    expect(list.get()).toMatchObject([{ id: 'a', state: 'done', done: 41 }])
  })

  it('requests the list again if an event came before the reply', async () => {
    let isOver = false
    const started = job('a', 1)
    const ended = job('a', 1, { state: 'done', done: 41 })
    const list = createJobList(
      clientWith(
        () => ({ jobs: [isOver ? ended : started] }),
        emit => {
          if (isOver) return
          isOver = true
          emit('jobChanged', ended)
          emit('jobChanged', job('b', 2))
        },
      ),
    )
    await list.load()
    expect(list.get()).toEqual([ended])
  })
})

describe('withJob', () => {
  const states = (...jobs: JobInfo[]) =>
    jobs.reduce<readonly JobInfo[]>(withJob, []).map(({ id, done, state }) => [id, done, state])

  it('has each job once, newest first', () => {
    expect(states(job('a', 1), job('b', 2), job('a', 1, { done: 7 }))).toEqual([
      ['b', 0, 'running'],
      ['a', 7, 'running'],
    ])
  })

  it('keeps the latest state of a job in any order of arrival', () => {
    const ended = job('a', 1, { done: 9, state: 'done' })
    expect(states(ended, job('a', 1, { done: 3 }))).toEqual([['a', 9, 'done']])
    expect(states(job('a', 1, { done: 9 }), job('a', 1, { done: 3 }))).toEqual([['a', 9, 'running']])
    expect(states(job('a', 1, { done: 9 }), ended)).toEqual([['a', 9, 'done']])
  })
})
