import type { WebSocket } from 'ws'
import type { Channel } from '../../shared/channel.ts'
import { createWebSocketChannel } from '../../shared/web-socket-channel.ts'

/** Bytes that may wait for a page to read them. Pages pull what is large, so none that reads comes near. */
const MAX_BACKLOG_BYTES = 128 * 1024 * 1024

/** A channel to one page that drops the page, rather than keep more for it than `limit` bytes. */
export function createBoundedChannel(
  socket: Pick<WebSocket, 'bufferedAmount' | 'terminate'> & Parameters<typeof createWebSocketChannel>[0],
  limit = MAX_BACKLOG_BYTES,
): Channel {
  const channel = createWebSocketChannel(socket)
  return {
    ...channel,
    post(message) {
      if (socket.bufferedAmount > limit) socket.terminate()
      else channel.post(message)
    },
  }
}
