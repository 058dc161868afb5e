import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createBoundedChannel } from '../../../src/main/web/server.ts'

const LIMIT = 4 * 1024 * 1024

let server: WebSocketServer
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
})
afterAll(() => server.close())

async function connectPair(): Promise<{ page: WebSocket; served: WebSocket }> {
  const page = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const [[served]] = (await Promise.all([once(server, 'connection'), once(page, 'open')])) as [
    [WebSocket],
    [],
  ]
  return { page, served }
}

it('a page that stops reading is disconnected before its backlog exceeds the limit by more than one message', async () => {
  const { page, served } = await connectPair()
  page.on('error', () => undefined)
  page.pause()
  const channel = createBoundedChannel(served, LIMIT)
  const closed = new Promise<void>(resolve => channel.onClose(resolve))
  const message = new Uint8Array(1024 * 1024)
  let largest = 0
  for (let sent = 0; sent < 64 && served.readyState === WebSocket.OPEN; sent += 1) {
    channel.post(message)
    largest = Math.max(largest, served.bufferedAmount)
  }
  await closed
  expect(largest).toBeGreaterThan(LIMIT)
  expect(largest).toBeLessThan(LIMIT + 2 * message.length)
  page.terminate()
})

it('a page that reads gets everything, whatever the total size', async () => {
  const { page, served } = await connectPair()
  const channel = createBoundedChannel(served, LIMIT)
  for (let sent = 0; sent < 16; sent += 1) {
    channel.post(new Uint8Array(1024 * 1024))
    await once(page, 'message')
  }
  expect(served.readyState).toBe(WebSocket.OPEN)
  channel.close()
  await once(page, 'close')
})
