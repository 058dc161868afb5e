import { AbortError } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Call, Maybe } from './call.ts'
import { Gate } from './gate.ts'

/**
 * The calls of one store that have not ended: their order per key, how an abort answers them, and what `close` waits for.
 * A call that ended before it returned is never counted.
 */
export class Turns {
  readonly #onFailure: (error: unknown) => void
  #gate: Gate
  #inFlight = 0
  #streams = 0
  #whenEnded: (() => void)[] = []
  /** Writes that were answered early and still run. Calls on no single key wait for them. */
  readonly #abandoned = new Set<Promise<unknown>>()

  /** @param onFailure Told of each call that failed, before its caller is. */
  constructor(gate = new Gate(), onFailure: (error: unknown) => void = () => undefined) {
    this.#gate = gate
    this.#onFailure = onFailure
  }

  /** Goes by another gate from now on. No call may run. */
  goBy(gate: Gate): void {
    this.#gate = gate
  }

  /** Whether a call on `key` has to wait for another. */
  blocks(key: Key, isWrite: boolean): boolean {
    return !this.#gate.isIdle && this.#gate.blocks(key.toString(), isWrite)
  }

  /**
   * A read that runs already.
   * @param discard Given an answer that comes after an abort, which nobody else gets.
   */
  reading<T>(
    action: string,
    key: Key,
    call: Call,
    result: Promise<T>,
    discard?: (answer: T) => void,
  ): Promise<T> {
    this.#inFlight++
    void this.#gate.enterRead(key.toString(), result, this.#ended)
    return call.cancel === undefined ? result : this.#orAbort(action, key, call, result, { discard })
  }

  /** A write that runs already. */
  writing<T>(action: string, keys: readonly Key[], call: Call, result: Promise<T>): Promise<T> {
    this.#inFlight++
    const [key] = keys
    if (key !== undefined && keys.length === 1)
      void this.#gate.enterWrite(key.toString(), result, this.#ended)
    else void this.#gate.enterWriteOf(keys.map(String), result, this.#ended)
    return call.cancel === undefined ? result : this.#orAbort(action, key, call, result, { isWrite: true })
  }

  /**
   * Runs a read once every write called before on its key has ended.
   * @param discard Given an answer that comes after an abort, which nobody else gets.
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
    const result = this.#gate.read(key.toString(), begin, this.#ended)
    return this.#orAbort(action, key, call, result, { discard })
  }

  /** Runs a write once every call before on any of its keys has ended; later ones wait for it. */
  write<T>(action: string, keys: readonly Key[], call: Call, work: () => Maybe<T>): Promise<T> {
    this.#inFlight++
    const begin = () => {
      call.throwIfAborted(action, keys[0])
      return work()
    }
    const result = this.#gate.write(keys.map(String), begin, this.#ended)
    return this.#orAbort(action, keys[0], call, result, { isWrite: true })
  }

  /** Runs a call on no single key once every write that was answered early has ended. */
  apart<T>(action: string, key: Key | undefined, call: Call, work: () => Maybe<T>): Maybe<T> {
    const result =
      this.#abandoned.size === 0
        ? work()
        : this.abandonedEnded().then(() => {
            call.throwIfAborted(action, key)
            return work()
          })
    return result instanceof Promise ? this.#orAbort(action, key, call, this.count(result)) : result
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

  /** Counts a stream until the function that this returns is called. */
  enter(): () => void {
    this.#streams++
    let hasLeft = false
    return () => {
      if (hasLeft) return
      hasLeft = true
      this.#streams--
      if (this.#streams === 0) this.#tell()
    }
  }

  /** Resolves once no call runs and no stream is open. New ones may come meanwhile. */
  async idle(): Promise<void> {
    while (this.#inFlight + this.#streams > 0) await this.#nextEnd()
  }

  /** Resolves once no call runs; streams may be open. */
  async callsEnded(): Promise<void> {
    while (this.#inFlight > 0) await this.#nextEnd()
  }

  #nextEnd(): Promise<void> {
    return new Promise(resolve => this.#whenEnded.push(resolve))
  }

  readonly #endedWell = (): void => this.#ended()

  readonly #ended = (error?: unknown): void => {
    if (error !== undefined) this.#onFailure(error)
    this.#inFlight--
    if (this.#inFlight === 0) this.#tell()
  }

  #tell(): void {
    if (this.#whenEnded.length > 0) for (const resolve of this.#whenEnded.splice(0)) resolve()
  }

  /** Answers as soon as the call is aborted. A write that still runs then has its turn until it ends. */
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
      // Stopped in the same step, so that nothing is answered twice.
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
