/** A message channel between page and host: a MessagePort in Electron, a WebSocket in a browser. */
export interface Channel {
  post(message: unknown): void
  /** At most one listener. Messages that arrived before it are delivered to it first. */
  onMessage(listener: (message: unknown) => void): void
  /** Called once, when the other side disconnects or `close` was called. */
  onClose(listener: () => void): void
  close(): void
}

/** Queues messages until a listener is set, then passes them on in order. */
export class KeptMessages {
  #listener: ((message: unknown) => void) | undefined
  #kept: unknown[] = []

  deliver(message: unknown): void {
    if (this.#listener === undefined) this.#kept.push(message)
    else this.#listener(message)
  }

  listen(listener: (message: unknown) => void): void {
    this.#listener = listener
    for (const message of this.#kept.splice(0)) listener(message)
  }
}

/** An event that happens once. A later listener is called immediately. */
export class Once {
  #listeners: (() => void)[] = []
  #hasHappened = false

  get hasHappened(): boolean {
    return this.#hasHappened
  }

  listen(listener: () => void): void {
    if (this.#hasHappened) listener()
    else this.#listeners.push(listener)
  }

  happen(): void {
    if (this.#hasHappened) return
    this.#hasHappened = true
    for (const listener of this.#listeners.splice(0)) listener()
  }
}

interface MessageLike {
  readonly data: unknown
}

interface PortLike {
  postMessage(message: unknown): void
  start?(): void
  close(): void
}

/** A port of a page or of `node:worker_threads`. */
interface EventTargetPort extends PortLike {
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
