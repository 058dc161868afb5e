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
