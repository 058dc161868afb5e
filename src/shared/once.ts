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
