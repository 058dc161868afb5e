import { Lifecycle } from '../../concurrency/lifecycle.ts'
import { onAbort } from '../../concurrency/on-abort.ts'
import type { WriteQueue } from '../../concurrency/write-queue.ts'
import type { CallOptions } from '../../datastore.ts'
import { AbortError, throwIfAborted } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { fsFailure } from './failures.ts'

/** Lets at most `limit` pieces of work run at a time; the others wait their turn. */
class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(limit: number) {
    this.#free = limit
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#free--
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}

/**
 * Takes a turn that may be long in coming. Aborted before it comes, the call rejects at once and its work is never
 * done; once begun, the work itself decides.
 * @param takeTurn Calls what it is given when it is time.
 */
async function waitInLine<T>(
  takeTurn: (work: () => Promise<T>) => Promise<T>,
  work: () => Promise<T>,
  action: string,
  key: Key,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return takeTurn(work)
  const progress = { hasBegun: false }
  const turn = takeTurn(async () => {
    throwIfAborted(signal, action, key)
    progress.hasBegun = true
    return work()
  })
  if (progress.hasBegun) return turn
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      if (!progress.hasBegun) reject(new AbortError(action, { key, cause: signal.reason }))
    }
    if (signal.aborted) abort()
    const forget = signal.aborted ? () => undefined : onAbort(signal, abort)
    turn.then(resolve, reject).then(forget, forget)
  })
}

/** Calls that may have files open at a time, so that thousands at once do not use up what a process may open. */
const AT_ONCE = 64

/** What every call goes through: the store is open, nobody aborted, and a failure is told in the store's terms. */
export class FsCalls {
  readonly #queue: WriteQueue
  readonly #lifecycle = new Lifecycle()
  readonly #slots = new Slots(AT_ONCE)

  /** @param queue Gives turns to the calls on one key. */
  constructor(queue: WriteQueue) {
    this.#queue = queue
  }

  /** Runs a call, which `close` waits for. */
  run<T>(
    action: string,
    key: Key | undefined,
    options: CallOptions | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    return this.#lifecycle.run(action, key, async () => {
      throwIfAborted(options?.signal, action, key)
      try {
        return await work()
      } catch (error) {
        throw fsFailure(action, key, error)
      }
    })
  }

  /** Does `work` once the writes to `key` that were called before are done. */
  read<T>(action: string, key: Key, options: CallOptions | undefined, work: () => Promise<T>): Promise<T> {
    const take = (turn: () => Promise<T>): Promise<T> => this.#queue.read(key, turn)
    return this.run(action, key, options, () =>
      waitInLine(take, () => this.inSlot(work), action, key, options?.signal),
    )
  }

  /** Does `work` once everything on `keys` that was called before is done. Only within `run`. */
  inTurn<T>(
    action: string,
    keys: readonly [Key, ...Key[]],
    options: CallOptions | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    const take = (turn: () => Promise<T>): Promise<T> => this.#queue.write(keys, turn)
    return waitInLine(take, work, action, keys[0], options?.signal)
  }

  /** Does `work` once there are few enough others at it. Never wait for another call within. */
  inSlot<T>(work: () => Promise<T>): Promise<T> {
    return this.#slots.run(work)
  }

  /** @throws DatastoreError `CLOSED` */
  assertOpen(action: string, key: Key): void {
    this.#lifecycle.assertOpen(action, key)
  }

  close(release: () => Promise<void>): Promise<void> {
    return this.#lifecycle.close(release)
  }
}
