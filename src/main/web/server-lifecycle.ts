import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebSocketServer } from 'ws'

/** Milliseconds that pages get to close their connection. */
const CLOSE_TIMEOUT = 1_000

/** WebSocket close code: the server is going away. */
const GOING_AWAY = 1001

/** @param port 0 for any free port. If several are given, the first free one; if none is free, any free port. */
export async function listen(
  server: Server,
  host: string,
  port: number | readonly number[],
): Promise<AddressInfo> {
  if (typeof port === 'number') return listenOn(server, host, port)
  for (const candidate of port) {
    try {
      return await listenOn(server, host, candidate)
    } catch {
      // The port is in use, or reserved.
    }
  }
  return listenOn(server, host, 0)
}

async function listenOn(server: Server, host: string, port: number): Promise<AddressInfo> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new Error(`Cannot serve on port ${port}: ${describe(error)}`, { cause: error })
  }
  return server.address() as AddressInfo
}

/** Closes the connection of every page, and terminates those that do not respond. */
export async function closeServer(server: Server, sockets: WebSocketServer): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const socket of sockets.clients) socket.close(GOING_AWAY)
  server.closeIdleConnections()
  const cutOff = setTimeout(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
  }, CLOSE_TIMEOUT)
  await closed
  clearTimeout(cutOff)
}

function describe(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return 'it is in use'
  if (code === 'EACCES') return 'this user may not use it'
  return String(error)
}
