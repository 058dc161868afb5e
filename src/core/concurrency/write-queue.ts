import type { Key } from '../key.ts'

/** The last write to a key, and the reads called since. */
interface Turn {
  readonly write: Promise<unknown> | undefined
  readonly reads: Set<Promise<unknown>>
}

/**
 * Puts the operations on one key in call order: a read waits for the writes called before it, a write for the reads
 * and writes. Reads run side by side. A key is remembered only while something runs on it.
 */
export class WriteQueue {
  readonly #turns = new Map<string, Turn>()

  /** Whether nothing is running or waiting. */
  get isIdle(): boolean {
    return this.#turns.size === 0
  }

  /** Runs `work` once every write to `key` called before has ended; later writes wait for it. */
  read<T>(key: Key, work: () => Promise<T>): Promise<T> {
    const name = key.toString()
    let turn = this.#turns.get(name)
    if (turn === undefined) {
      turn = { write: undefined, reads: new Set() }
      this.#turns.set(name, turn)
    }
    const result = turn.write === undefined ? work() : turn.write.then(work)
    const { reads } = turn
    const tail = result.then(ignore, ignore)
    reads.add(tail)
    void tail.then(() => {
      reads.delete(tail)
      if (reads.size === 0) this.#forget(name, turn)
    })
    return result
  }

  /** Runs `work` once everything on any of `keys` called before has ended; later reads and writes wait for it. */
  write<T>(keys: readonly Key[], work: () => Promise<T>): Promise<T> {
    const names = keys.map(String)
    const before = names.flatMap(name => this.#pending(name))
    const result = before.length === 0 ? work() : Promise.all(before).then(work)
    const tail = result.then(ignore, ignore)
    const turns = names.map(name => {
      const turn: Turn = { write: tail, reads: new Set() }
      this.#turns.set(name, turn)
      return { name, turn }
    })
    void tail.then(() => {
      for (const { name, turn } of turns) if (turn.reads.size === 0) this.#forget(name, turn)
    })
    return result
  }

  /** Resolves once every call made before has ended. */
  async drain(): Promise<void> {
    await Promise.all([...this.#turns.keys()].flatMap(name => this.#pending(name)))
  }

  #pending(name: string): Promise<unknown>[] {
    const turn = this.#turns.get(name)
    if (turn === undefined) return []
    return turn.write === undefined ? [...turn.reads] : [turn.write, ...turn.reads]
  }

  #forget(name: string, turn: Turn): void {
    if (this.#turns.get(name) === turn) this.#turns.delete(name)
  }
}

function ignore(): void {
  // The tail only says when a call ended; its failure belongs to the one who made it.
}
