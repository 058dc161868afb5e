import { AbortError, noteCall } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Call, Maybe } from './call.ts'

/**
 * The calls of one store that have not ended. Keeps their order per key, rejects them early on an abort, and lets
 * `close` wait until they have ended. A call that ended before it returned is never counted.
 */
export class Turns {
  readonly #onFailure: (error: unknown) => void
  #gate: Gate
  #inFlight = 0
  #streams = 0
  #whenEnded: (() => void)[] = []
  /** Writes that an abort answered early and that still run. Calls that concern no single key wait for them. */
  readonly #abandoned = new Set<Promise<unknown>>()

  /** @param onFailure Called with the failure of each call, before its caller gets it. */
  constructor(gate = new Gate(), onFailure: (error: unknown) => void = () => undefined) {
    this.#gate = gate
    this.#onFailure = onFailure
  }

  /** Uses another gate from now on. No call may be running. */
  goBy(gate: Gate): void {
    this.#gate = gate
  }

  /** Whether a call on `key` has to wait for another. */
  blocks(key: Key, isWrite: boolean): boolean {
    return !this.#gate.isIdle && this.#gate.blocks(key.toString(), isWrite)
  }

  /**
   * Registers a read that is already running.
   * @param discard Receives an answer that arrives after an abort.
   */
  reading<T>(
    action: string,
    key: Key,
    call: Call,
    result: Promise<T>,
    discard?: (answer: T) => void,
  ): Promise<T> {
    this.#inFlight++
    void this.#gate.enterRead(key.toString(), result, this.#endedOf(action, key))
    return call.cancel === undefined ? result : this.#orAbort(action, key, call, result, { discard })
  }

  /** Registers a write that is already running. */
  writing<T>(action: string, keys: readonly Key[], call: Call, result: Promise<T>): Promise<T> {
    this.#inFlight++
    const [key] = keys
    if (key !== undefined && keys.length === 1)
      void this.#gate.enterWrite(key.toString(), result, this.#endedOf(action, key))
    else void this.#gate.enterWriteOf(keys.map(String), result, this.#endedOf(action, key))
    return call.cancel === undefined ? result : this.#orAbort(action, key, call, result, { isWrite: true })
  }

  /**
   * Runs a read once every earlier write on its key has ended.
   * @param discard Receives an answer that arrives after an abort.
   */
  read<T>(
    action: string,
    key: Key,
    call: Call,
    work: () => Maybe<T>,
    discard?: (answer: T) => void,
  ): Promise<T> {
    this.#inFlight++
    const begin = () => {
      call.throwIfAborted(action, key)
      return work()
    }
    const result = this.#gate.read(key.toString(), begin, this.#endedOf(action, key))
    return this.#orAbort(action, key, call, result, { discard })
  }

  /** Runs a write once every earlier call on any of its keys has ended. Later calls wait for it. */
  write<T>(action: string, keys: readonly Key[], call: Call, work: () => Maybe<T>): Promise<T> {
    this.#inFlight++
    const begin = () => {
      call.throwIfAborted(action, keys[0])
      return work()
    }
    const [key] = keys
    const result = this.#gate.write(keys.map(String), begin, this.#endedOf(action, key))
    return this.#orAbort(action, key, call, result, { isWrite: true })
  }

  /** Runs a call that concerns no single key, once every write that was answered early has ended. */
  apart<T>(action: string, key: Key | undefined, call: Call, work: () => Maybe<T>): Maybe<T> {
    const result =
      this.#abandoned.size === 0
        ? work()
        : this.abandonedEnded().then(() => {
            call.throwIfAborted(action, key)
            return work()
          })
    if (!(result instanceof Promise)) return result
    this.#inFlight++
    result.then(this.#endedWell, this.#endedOf(action, key))
    return this.#orAbort(action, key, call, result)
  }

  async abandonedEnded(): Promise<void> {
    await Promise.allSettled(this.#abandoned)
  }

  /** Counts a call until it ends. */
  count<T>(result: Promise<T>): Promise<T> {
    this.#inFlight++
    result.then(this.#endedWell, this.#ended)
    return result
  }

  /** Counts a stream until the returned function is called. */
  enter(): () => void {
    this.#streams++
    let hasLeft = false
    return () => {
      if (hasLeft) return
      hasLeft = true
      this.#streams--
      if (this.#streams === 0) this.#resolveEnded()
    }
  }

  /** Resolves once no call is running and no stream is open. New ones may come in the meantime. */
  async idle(): Promise<void> {
    while (this.#inFlight + this.#streams > 0) await this.#nextEnd()
  }

  /** Resolves once no call is running. Streams may be open. */
  async callsEnded(): Promise<void> {
    while (this.#inFlight > 0) await this.#nextEnd()
  }

  #nextEnd(): Promise<void> {
    return new Promise(resolve => this.#whenEnded.push(resolve))
  }

  readonly #endedWell = (): void => this.#ended()

  /** What is called at the end of a call, with its failure if it failed. */
  #endedOf(action: string, key: Key | undefined): (error?: unknown) => void {
    return error => {
      if (error !== undefined && key !== undefined) noteCall(error, action, key)
      this.#ended(error)
    }
  }

  readonly #ended = (error?: unknown): void => {
    if (error !== undefined) this.#onFailure(error)
    this.#inFlight--
    if (this.#inFlight === 0) this.#resolveEnded()
  }

  #resolveEnded(): void {
    if (this.#whenEnded.length > 0) for (const resolve of this.#whenEnded.splice(0)) resolve()
  }

  /** Rejects as soon as the call is aborted. A write that is still running then keeps its turn until it ends. */
  #orAbort<T>(
    action: string,
    key: Key | undefined,
    call: Call,
    result: Promise<T>,
    {
      isWrite = false,
      discard,
    }: { readonly isWrite?: boolean; discard?: ((answer: T) => void) | undefined } = {},
  ): Promise<T> {
    const { cancel } = call
    if (cancel === undefined) return result
    return new Promise((resolve, reject) => {
      const stop = cancel.onAbort(() => {
        if (isWrite) this.#abandon(result)
        if (discard !== undefined) result.then(discard, () => undefined)
        reject(new AbortError(action, { key, cause: cancel.reason }))
      })
      // Removes the listener in the step that answers, so that an abort does not answer a second time.
      const settle = <A>(answer: (value: A) => void) => {
        return (value: A) => {
          stop()
          answer(value)
        }
      }
      result.then(settle(resolve), settle(reject))
    })
  }

  #abandon(work: Promise<unknown>): void {
    const ended = () => void this.#abandoned.delete(work)
    this.#abandoned.add(work)
    work.then(ended, ended)
  }
}

/** The last write of one key that has not ended, and the reads that run concurrently. */
class Turn {
  /** The write. It may fail; calls that wait for it continue in either case. */
  write: Promise<unknown> | undefined
  reads = 0
  #idle: Promise<void> | undefined
  #resolveIdle: (() => void) | undefined

  /** Resolves once no read is running. */
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
 * Keeps the calls on one key in call order: a read waits for earlier writes, a write for earlier reads and writes.
 * Reads run side by side. Only a call that returned a promise has a turn. A call that ended before it returned is in
 * order without one, so an idle gate costs one comparison.
 */
export class Gate {
  /** Whether no call has a turn. A plain field: every call on a key reads it, in each store that it passes. */
  isIdle = true
  readonly #turns = new Map<string, Turn>()

  /** Whether a call on `key` has to wait. */
  blocks(key: string, isWrite: boolean): boolean {
    const turn = this.#turns.get(key)
    return turn !== undefined && (isWrite || turn.write !== undefined)
  }

  /**
   * Gives a turn to a read that is already running.
   * @param ended Called when it has ended, with its failure if it failed.
   */
  enterRead<T>(key: string, result: Promise<T>, ended: (error?: unknown) => void): Promise<T> {
    const found = this.#turns.get(key)
    const turn = found ?? new Turn()
    if (found === undefined) this.#setTurn(key, turn)
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

  /** Gives a turn to a write that is already running. */
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
    this.#setTurn(key, turn)
    return turn
  }

  #setTurn(key: string, turn: Turn): void {
    this.#turns.set(key, turn)
    this.isIdle = false
  }

  #endWrite(key: string, turn: Turn): void {
    turn.write = undefined
    if (turn.reads === 0) this.#forget(key, turn)
  }

  /** Removes a turn, unless a later call has replaced it. */
  #forget(key: string, turn: Turn): void {
    if (this.#turns.get(key) !== turn) return
    this.#turns.delete(key)
    this.isIdle = this.#turns.size === 0
  }

  /** Runs `work` once every earlier write on `key` has ended. */
  read<T>(key: string, work: () => Maybe<T>, ended: (error?: unknown) => void): Promise<T> {
    const write = this.#turns.get(key)?.write
    return this.enterRead(key, write === undefined ? attempt(work) : write.then(work, work), ended)
  }

  /** Runs `work` once every earlier call on any of `keys` has ended. Later calls wait for it. */
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

  /** What a write on `key` must wait for. These promises may reject. */
  #pending(key: string): Promise<unknown>[] {
    const turn = this.#turns.get(key)
    if (turn === undefined) return []
    const reads = turn.reads > 0 ? [turn.readsEnded()] : []
    return turn.write === undefined ? reads : [turn.write, ...reads]
  }
}

/** Starts `work` immediately. An error that it throws becomes a rejection. */
export async function attempt<T>(work: () => Maybe<T>): Promise<T> {
  return work()
}
