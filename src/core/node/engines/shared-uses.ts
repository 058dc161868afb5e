import { Gate } from '../../open/turns.ts'

interface Entry<T> {
  readonly opening: Promise<T>
  readonly gate: Gate
  users: number
  closing: Promise<void> | undefined
}

/** One use of an open resource. */
export interface SharedUse<T> {
  readonly value: T
  /** Shared by all users. */
  readonly gate: Gate
  /** Ends the use. The last user closes the resource. */
  readonly release: () => Promise<void>
}

/** Resources that this process opens once for all their users. */
export class SharedUses<T> {
  readonly #entries = new Map<string, Entry<T>>()

  /**
   * @param id Identifies the resource.
   * @param open Called if there are no users, after the resource was closed.
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
