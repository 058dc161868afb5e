import type { Key } from '../key.ts'

/**
 * Puts the operations on one key in call order: writes one after another, reads after the writes called before them.
 * A key that nobody is writing costs one look-up in a map.
 */
export class WriteQueue {
  readonly #tails = new Map<string, Promise<unknown>>()

  /** Whether any write is running or waiting. */
  get isIdle(): boolean {
    return this.#tails.size === 0
  }

  /** Runs `work` once every write to `key` called before has ended. */
  read<T>(key: Key, work: () => Promise<T>): Promise<T> {
    if (this.#tails.size === 0) return work()
    const tail = this.#tails.get(key.toString())
    return tail === undefined ? work() : tail.then(work)
  }

  /** Runs `work` once every write to any of `keys` called before has ended; later reads and writes wait for it. */
  write<T>(keys: readonly Key[], work: () => Promise<T>): Promise<T> {
    const names = keys.map(String)
    const before = names.map(name => this.#tails.get(name)).filter(tail => tail !== undefined)
    const result = before.length === 0 ? work() : Promise.all(before).then(work)
    const tail = result.then(ignore, ignore)
    for (const name of names) this.#tails.set(name, tail)
    void tail.then(() => {
      for (const name of names) if (this.#tails.get(name) === tail) this.#tails.delete(name)
    })
    return result
  }

  /** Resolves once every write called before has ended. */
  async drain(): Promise<void> {
    await Promise.all(this.#tails.values())
  }
}

function ignore(): void {
  // The tail only says when a write ended; its failure belongs to the one who called it.
}
