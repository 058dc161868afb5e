import type { Maybe } from './call.ts'

/** The last write of one key that has not ended, and the reads that run beside it. */
class Turn {
  /** It may fail. Who waits for it does so until it has ended in any case. */
  write: Promise<unknown> | undefined
  reads = 0
  #idle: Promise<void> | undefined
  #resolveIdle: (() => void) | undefined

  /** Resolves once no read runs. */
  readsEnded(): Promise<void> {
    this.#idle ??= new Promise(resolve => {
      this.#resolveIdle = resolve
    })
    return this.#idle
  }

  leaveRead(): boolean {
    this.reads--
    if (this.reads > 0) return false
    this.#resolveIdle?.()
    return true
  }
}

/**
 * Puts the calls on one key in call order: a read waits for the writes called before it, a write for the reads and
 * writes. Reads run side by side. Only a call that returned a promise has a turn: what ended before it returned is in
 * order by itself, so an idle gate costs one comparison.
 */
export class Gate {
  readonly #turns = new Map<string, Turn>()

  /** Whether no call has a turn. */
  get isIdle(): boolean {
    return this.#turns.size === 0
  }

  /** Whether a call on `key` has to wait. */
  blocks(key: string, isWrite: boolean): boolean {
    const turn = this.#turns.get(key)
    return turn !== undefined && (isWrite || turn.write !== undefined)
  }

  /** Gives a read that runs already its turn. @param ended Called when it has ended, with its failure if it failed. */
  enterRead<T>(key: string, result: Promise<T>, ended: (error?: unknown) => void): Promise<T> {
    const found = this.#turns.get(key)
    const turn = found ?? new Turn()
    if (found === undefined) this.#turns.set(key, turn)
    turn.reads++
    const leave = () => {
      if (turn.leaveRead() && turn.write === undefined) this.#forget(key, turn)
    }
    result.then(
      () => {
        leave()
        ended()
      },
      (error: unknown) => {
        leave()
        ended(error)
      },
    )
    return result
  }

  /** Gives a write that runs already its turn. */
  enterWrite<T>(key: string, result: Promise<T>, ended: (error?: unknown) => void): Promise<T> {
    const turn = this.#beginWrite(key, result)
    result.then(
      () => {
        this.#endWrite(key, turn)
        ended()
      },
      (error: unknown) => {
        this.#endWrite(key, turn)
        ended(error)
      },
    )
    return result
  }

  /** The same for a write of several keys. */
  enterWriteOf<T>(keys: readonly string[], result: Promise<T>, ended: (error?: unknown) => void): Promise<T> {
    const turns = keys.map(key => [key, this.#beginWrite(key, result)] as const)
    const leave = (error?: unknown): void => {
      for (const [key, turn] of turns) this.#endWrite(key, turn)
      ended(error)
    }
    result.then(() => leave(), leave)
    return result
  }

  #beginWrite(key: string, result: Promise<unknown>): Turn {
    const turn = new Turn()
    turn.write = result
    this.#turns.set(key, turn)
    return turn
  }

  #endWrite(key: string, turn: Turn): void {
    turn.write = undefined
    if (turn.reads === 0) this.#forget(key, turn)
  }

  /** Calls that came meanwhile may have another turn. */
  #forget(key: string, turn: Turn): void {
    if (this.#turns.get(key) === turn) this.#turns.delete(key)
  }

  /** Runs `work` once every write on `key` called before has ended. */
  read<T>(key: string, work: () => Maybe<T>, ended: (error?: unknown) => void): Promise<T> {
    const write = this.#turns.get(key)?.write
    return this.enterRead(key, write === undefined ? attempt(work) : write.then(work, work), ended)
  }

  /** Runs `work` once every call on any of `keys` called before has ended; later calls wait for it. */
  write<T>(keys: readonly string[], work: () => Maybe<T>, ended: (error?: unknown) => void): Promise<T> {
    const before = keys.flatMap(key => this.#pending(key))
    const [first] = before
    const result =
      first === undefined
        ? attempt(work)
        : before.length === 1
          ? first.then(work, work)
          : Promise.allSettled(before).then(work)
    return this.enterWriteOf(keys, result, ended)
  }

  /** What a write on `key` has to wait for. It may fail. */
  #pending(key: string): Promise<unknown>[] {
    const turn = this.#turns.get(key)
    if (turn === undefined) return []
    const reads = turn.reads > 0 ? [turn.readsEnded()] : []
    return turn.write === undefined ? reads : [turn.write, ...reads]
  }
}

/** Begins at once; what it throws rejects. */
export async function attempt<T>(work: () => Maybe<T>): Promise<T> {
  return work()
}
