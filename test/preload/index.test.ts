import { expect, it, vi } from 'vitest'
import { PORT_REPLY, PORT_REQUEST } from '../../src/shared/handover.ts'

const ipcRenderer = vi.hoisted(() => ({
  listeners: new Map<string, (event: { ports: readonly unknown[] }) => void>(),
  send: vi.fn(),
  on(channel: string, listener: (event: { ports: readonly unknown[] }) => void) {
    this.listeners.set(channel, listener)
  },
}))
vi.mock('electron', () => ({ ipcRenderer }))

it('forwards only the request for a port and the port', async () => {
  const target = new EventTarget()
  const page = Object.assign(target, { postMessage: vi.fn() })
  vi.stubGlobal('window', page)
  vi.stubGlobal('location', { origin: 'app://strata' })
  await import('../../src/preload/index.ts')
  const receive = (data: unknown, source: unknown = page): void => {
    page.dispatchEvent(Object.assign(new Event('message'), { data, source }))
  }

  receive('something else')
  receive(PORT_REPLY)
  receive(PORT_REQUEST, 'another window')
  expect(ipcRenderer.send).not.toHaveBeenCalled()
  receive(PORT_REQUEST)
  expect(ipcRenderer.send.mock.calls).toEqual([[PORT_REQUEST]])

  expect([...ipcRenderer.listeners.keys()]).toEqual([PORT_REPLY])
  ipcRenderer.listeners.get(PORT_REPLY)!({ ports: ['port'] })
  expect(page.postMessage.mock.calls).toEqual([[PORT_REPLY, 'app://strata', ['port']]])
  vi.unstubAllGlobals()
})
