import type { Key } from '../key.ts'

/** The last write to a key, and the reads called since. */
class Turn {
  readonly write: Promise<unknown> | undefined
  #reads = 0
  #idle: Promise<void> | undefined
  #resolveIdle: (() => void) | undefined

  constructor(write?: Promise<unknown>) {
    this.write = write
  }

  get hasReads(): boolean {
    return this.#reads > 0
  }

  enterRead(): void {
    this.#reads++
  }

  leaveRead(): void {
    this.#reads--
    if (this.#reads === 0) this.#resolveIdle?.()
  }

  /** What a write called now has to wait for. */
  pending(): Promise<unknown>[] {
    const pending = this.write === undefined ? [] : [this.write]
    if (this.#reads === 0) return pending
    this.#idle ??= new Promise(resolve => {
      this.#resolveIdle = resolve
    })
    return [...pending, this.#idle]
  }
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
    const found = this.#turns.get(name)
    const turn = found ?? new Turn()
    if (found === undefined) this.#turns.set(name, turn)
    turn.enterRead()
    const result = turn.write === undefined ? work() : turn.write.then(work)
    const leave = () => {
      turn.leaveRead()
      if (!turn.hasReads) this.#forget(name, turn)
    }
    result.then(leave, leave)
    return result
  }

  /**
   * Runs `work`, which takes its place in a queue further down as soon as it runs. If it has to wait for a write called
   * before, it takes its turn here, so that nothing called later can overtake it.
   */
  followInTurn<T>(key: Key, isWrite: boolean, work: () => Promise<T>): Promise<T> {
    if (this.#turns.size === 0 || !this.#turns.has(key.toString())) return work()
    return isWrite ? this.write([key], work) : this.read(key, work)
  }

  /** Runs `work` once everything on any of `keys` called before has ended; later reads and writes wait for it. */
  write<T>(keys: readonly Key[], work: () => Promise<T>): Promise<T> {
    const names = keys.map(String)
    const before = names.flatMap(name => this.#turns.get(name)?.pending() ?? [])
    const result = before.length === 0 ? work() : Promise.all(before).then(work)
    const tail = result.then(ignore, ignore)
    for (const name of names) {
      const turn = new Turn(tail)
      this.#turns.set(name, turn)
      void tail.then(() => {
        if (!turn.hasReads) this.#forget(name, turn)
      })
    }
    return result
  }

  /** Resolves once every call made before has ended. */
  async drain(): Promise<void> {
    await Promise.all([...this.#turns.values()].flatMap(turn => turn.pending()))
  }

  #forget(name: string, turn: Turn): void {
    if (this.#turns.get(name) === turn) this.#turns.delete(name)
  }
}

function ignore(): void {
  // The tail only says when a call ended; its failure belongs to the one who made it.
}
