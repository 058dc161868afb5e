import type { CallOptions } from '../datastore.ts'
import { throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'
import { beginStream } from './begin-stream.ts'
import { Lifecycle } from './lifecycle.ts'
import { rejected } from './rejected.ts'
import { WriteQueue } from './write-queue.ts'

/**
 * What every call on a store goes through: refused after `close`, refused when aborted, and in call order with the
 * other calls on its key. A call that waits its turn counts as in flight, so that `close` waits for it.
 */
export class CallGate {
  readonly #lifecycle = new Lifecycle()
  readonly #queue = new WriteQueue()

  /** Whether the next call would begin at once, whatever its key. */
  get isIdle(): boolean {
    return this.#queue.isIdle
  }

  /** @throws DatastoreError `CLOSED`, or AbortError */
  assertOpen(action: string, key?: Key, options?: CallOptions): void {
    this.#lifecycle.assertOpen(action, key)
    throwIfAborted(options?.signal, action, key)
  }

  /** A call on no key in particular: in flight until it ends, and in no order with others. */
  run<T>(
    action: string,
    key: Key | undefined,
    options: CallOptions | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    return this.#lifecycle.run(action, key, () => {
      throwIfAborted(options?.signal, action, key)
      return work()
    })
  }

  read<T>(action: string, key: Key, options: CallOptions | undefined, work: () => Promise<T>): Promise<T> {
    return this.#lifecycle.run(action, key, () => {
      throwIfAborted(options?.signal, action, key)
      return this.#queue.read(key, work)
    })
  }

  /**
   * A call that one store below takes into its own order as soon as it runs, so that only writes which are several
   * calls below have to be waited for. While there are none it costs next to nothing, and `close` may leave it to the
   * store below to wait for it.
   */
  follow<T>(
    action: string,
    key: Key,
    options: CallOptions | undefined,
    isWrite: boolean,
    work: () => Promise<T>,
  ): Promise<T> {
    if (this.#queue.isIdle && !this.#lifecycle.isClosed) {
      try {
        return work()
      } catch (error) {
        return rejected(error)
      }
    }
    return this.#lifecycle.run(action, key, () => {
      throwIfAborted(options?.signal, action, key)
      return this.#queue.followInTurn(key, isWrite, work)
    })
  }

  /**
   * A read of many pieces. It has its turn until the first one is there: by then the store below knows which version it
   * reads. `close` waits until the consumer is done with it.
   */
  async *readStream<T>(
    action: string,
    key: Key,
    options: CallOptions | undefined,
    work: () => AsyncIterable<T> | Promise<AsyncIterable<T>>,
  ): AsyncIterable<T> {
    this.#lifecycle.enter(action, key)
    try {
      throwIfAborted(options?.signal, action, key)
      yield* await this.#queue.read(key, async () => {
        const source = work()
        // A source that is at hand is asked at once, so that it takes its place in the order further down.
        return beginStream(source instanceof Promise ? await source : source)
      })
    } finally {
      this.#lifecycle.leave()
    }
  }

  /** A call of many pieces on no key in particular, in no order with others. */
  async *runStream<T>(
    action: string,
    key: Key,
    options: CallOptions | undefined,
    work: () => AsyncIterable<T>,
  ): AsyncIterable<T> {
    this.#lifecycle.enter(action, key)
    try {
      throwIfAborted(options?.signal, action, key)
      yield* work()
    } finally {
      this.#lifecycle.leave()
    }
  }

  write<T>(
    action: string,
    keys: readonly Key[],
    options: CallOptions | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    const [first] = keys
    return this.#lifecycle.run(action, first, () => {
      throwIfAborted(options?.signal, action, first)
      return this.#queue.write(keys, async () => {
        throwIfAborted(options?.signal, action, first)
        return work()
      })
    })
  }

  /** Refuses new calls, waits for those in flight, then runs `finish`, once. */
  close(finish: () => Promise<void>): Promise<void> {
    return this.#lifecycle.close(finish)
  }
}
