import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { MessageChannel } from 'node:worker_threads'
import { WebSocket, WebSocketServer } from 'ws'
import { type Channel, createMessagePortChannel } from '../../../src/shared/channel.ts'
import { createWebSocketChannel } from '../../../src/shared/web-socket-channel.ts'

/** Both ends of one connection. */
export interface ChannelPair {
  readonly page: Channel
  readonly host: Channel
  /** Closes the underlying transport. */
  dispose(): Promise<void>
}

export const TRANSPORTS = { 'a MessagePort': portPair, 'a WebSocket': socketPair } as const
export type Transport = keyof typeof TRANSPORTS
export const TRANSPORT_NAMES = Object.keys(TRANSPORTS) as Transport[]

export async function portPair(): Promise<ChannelPair> {
  const { port1, port2 } = new MessageChannel()
  return {
    page: createMessagePortChannel(port1),
    host: createMessagePortChannel(port2),
    async dispose() {
      port1.close()
    },
  }
}

/** A real server on the loopback interface, with one client. */
export async function socketPair(): Promise<ChannelPair> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = new WebSocket(`ws://127.0.0.1:${port}`)
  const page = createWebSocketChannel(socket)
  const [accepted] = (await once(server, 'connection')) as [WebSocket]
  return {
    page,
    host: createWebSocketChannel(accepted),
    async dispose() {
      socket.terminate()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
