/** A pipe of messages between page and host: a MessagePort in Electron, a WebSocket in a browser. */
export interface Channel {
  post(message: unknown): void
  /** At most one listener; messages that came before it are kept for it. */
  onMessage(listener: (message: unknown) => void): void
  /** Called once, when the other side is gone or `close` was called. */
  onClose(listener: () => void): void
  close(): void
}
