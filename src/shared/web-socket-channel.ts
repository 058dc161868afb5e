import { type Channel, KeptMessages, Once } from './channel.ts'
import { decodeMessage, encodeMessage } from './message-pack.ts'

/** What a browser's `WebSocket` and the one of `ws` have in common. */
export interface SocketLike {
  binaryType: string
  readonly readyState: number
  send(data: Uint8Array<ArrayBuffer>): void
  close(): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void
}

const CONNECTING = 0
const OPEN = 1

/** Messages pass as MessagePack in binary frames. Frames that hold no message are dropped. */
export function createWebSocketChannel(socket: SocketLike): Channel {
  const messages = new KeptMessages()
  const closed = new Once()
  const waiting: Uint8Array<ArrayBuffer>[] = []
  socket.binaryType = 'arraybuffer'
  socket.addEventListener('open', () => {
    for (const packed of waiting.splice(0)) socket.send(packed)
  })
  socket.addEventListener('message', event => {
    const message = readFrame(event.data)
    if (message !== undefined) messages.deliver(message)
  })
  socket.addEventListener('close', () => closed.happen())
  // A socket that fails is closed right after; without a listener, the error would end a Node process.
  socket.addEventListener('error', () => undefined)
  return {
    post(message) {
      if (closed.hasHappened) return
      const packed = encodeMessage(message)
      if (socket.readyState === OPEN) socket.send(packed)
      else if (socket.readyState === CONNECTING) waiting.push(packed)
    },
    onMessage: listener => messages.listen(listener),
    onClose: listener => closed.listen(listener),
    close() {
      socket.close()
      closed.happen()
    },
  }
}

/** The message of a frame; `undefined` for text and for bytes that hold none. */
function readFrame(data: unknown): unknown {
  if (!(data instanceof ArrayBuffer)) return undefined
  try {
    return decodeMessage(new Uint8Array(data))
  } catch (error) {
    if (error instanceof RangeError || (error instanceof Error && error.name === 'DecodeError'))
      return undefined
    throw error
  }
}
