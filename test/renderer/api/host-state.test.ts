import { describe, expect, it } from 'vitest'
import { createHostState } from '../../../src/renderer/api/host-state.ts'
import { eventually, memoryWith, openSession } from '../../main/host/test-host.ts'

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

  it('knows the end of a job that ends before the reply to its start', async () => {
    const { page, session } = await openSession(['/a', '/b'])
    const state = createHostState(page)
    await state.load()
    for (let count = 1; count <= 40; count++) {
      const { id } = await state.jobs.start(session, { type: 'count', prefix: '/a' })
      await eventually(() => state.jobs.get()?.find(job => job.id === id)?.state === 'done')
    }
  })

  it('keeps a change that is announced while the page asks for all state', async () => {
    const { host, page } = await openSession([])
    const state = createHostState(page)
    const loaded = state.load()
    await host.openStore('Second', await memoryWith([]))
    await loaded
    await eventually(() => state.sessions.get()?.length === 2)
  })

  it('remembers a session that was asked for before anyone listens', async () => {
    const { host, page, session } = await openSession([])
    const state = createHostState(page)
    host.show(session)
    await eventually(() => state.shown.get() === session)
  })
})
