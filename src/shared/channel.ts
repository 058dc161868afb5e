/** A pipe of messages between page and host: a MessagePort in Electron, a WebSocket in a browser. */
export interface Channel {
  post(message: unknown): void
  /** At most one listener; messages that came before it are kept for it. */
  onMessage(listener: (message: unknown) => void): void
  /** Called once, when the other side is gone or `close` was called. */
  onClose(listener: () => void): void
  close(): void
}

/** One listener for messages; those that came before it are kept for it, in order. */
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

/** Something that happens once; whoever listens afterwards is told at once. */
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
