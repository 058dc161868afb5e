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
