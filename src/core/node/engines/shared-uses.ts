import { Gate } from '../../open/gate.ts'

interface Entry<T> {
  readonly opening: Promise<T>
  readonly gate: Gate
  users: number
  closing: Promise<void> | undefined
}

/** One use of what is open. */
export interface SharedUse<T> {
  readonly value: T
  /** Shared by all who use it. */
  readonly gate: Gate
  /** Ends the use. The last one closes it. */
  readonly release: () => Promise<void>
}

/** What this process opens once, for all who use it. */
export class SharedUses<T> {
  readonly #entries = new Map<string, Entry<T>>()

  /**
   * @param id Names what is opened.
   * @param open Called where nobody uses it, and what it was before is closed.
   */
  async use(id: string, open: () => Promise<T>, close: (value: T) => Promise<void>): Promise<SharedUse<T>> {
    let entry = this.#entries.get(id)
    while (entry?.closing !== undefined) {
      await entry.closing
      entry = this.#entries.get(id)
    }
    if (entry === undefined) {
      entry = { opening: open(), gate: new Gate(), users: 0, closing: undefined }
      this.#entries.set(id, entry)
    }
    const own = entry
    own.users++
    try {
      const value = await own.opening
      return { value, gate: own.gate, release: () => this.#release(id, own, () => close(value)) }
    } catch (error) {
      if (this.#entries.get(id) === own) this.#entries.delete(id)
      throw error
    }
  }

  async #release(id: string, entry: Entry<T>, close: () => Promise<void>): Promise<void> {
    entry.users--
    if (entry.users > 0) return
    entry.closing = close().finally(() => this.#entries.delete(id))
    await entry.closing
  }
}
