import { type Channel, KeptMessages, Once } from './channel.ts'

interface MessageLike {
  readonly data: unknown
}

interface PortLike {
  postMessage(message: unknown): void
  start?(): void
  close(): void
}

/** A port of a page or of `node:worker_threads`. */
export interface EventTargetPort extends PortLike {
  addEventListener(type: 'message', listener: (event: MessageLike) => void): void
  addEventListener(type: 'close', listener: () => void): void
}

/** Electron's `MessagePortMain`. */
export interface EmitterPort extends PortLike {
  on(type: 'message', listener: (event: MessageLike) => void): unknown
  on(type: 'close', listener: () => void): unknown
}

/** Messages are passed by structured clone: bytes arrive as copies, as `Uint8Array`. */
export function createMessagePortChannel(port: EventTargetPort | EmitterPort): Channel {
  const messages = new KeptMessages()
  const closed = new Once()
  const deliver = (event: MessageLike): void => messages.deliver(event.data)
  const end = (): void => closed.happen()
  if ('addEventListener' in port) {
    port.addEventListener('message', deliver)
    port.addEventListener('close', end)
  } else {
    port.on('message', deliver)
    port.on('close', end)
  }
  port.start?.()
  return {
    post(message) {
      if (!closed.hasHappened) port.postMessage(message)
    },
    onMessage: listener => messages.listen(listener),
    onClose: listener => closed.listen(listener),
    close() {
      port.close()
      // A port does not always emit `close` on the side that closed it.
      closed.happen()
    },
  }
}
