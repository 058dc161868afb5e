import { type Call, InterceptedDatastore } from '../../../core/adapters/intercepted.ts'
import { ownCopy } from '../../../core/bytes.ts'
import { stoppable } from '../../../core/changes/stoppable.ts'
import { onAbort } from '../../../core/concurrency/abortable.ts'
import type {
  BinaryDatastore,
  CallOptions,
  Change,
  PutOptions,
  PutResult,
  ValueSource,
} from '../../../core/datastore.ts'
import { AbortError, DatastoreError, failure, isAborted, rejected } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import { ACTIONS } from '../../../core/layers/layer.ts'
import { EndableStream } from './endable-stream.ts'

/** Milliseconds that an exchange waits. */
export interface ExchangeWaits {
  /** For calls that run, until streams and streamed puts among them are ended. Default 1,000. */
  readonly streams?: number | undefined
  /** For calls that run after that, until the exchange fails. Default 30,000. */
  readonly calls?: number | undefined
}

/**
 * Replaces the store.
 * @param old The store that has served so far. No call runs in it.
 * @param serve Sets the store that serves from now on; without it that is still `old`.
 */
export type Exchange = (old: BinaryDatastore, serve: (store: BinaryDatastore) => void) => Promise<void>

/**
 * Passes every call to a store that can be exchanged. During an exchange new calls are held, then made in the order in
 * which they came, so that the call order of a key holds across it.
 */
export class SwappableDatastore extends InterceptedDatastore<Uint8Array> {
  declare protected child: BinaryDatastore
  readonly #waits: ExchangeWaits
  /** Starts each call that waits for the end of an exchange, in call order; absent while there is none. */
  #held: Set<() => void> | undefined
  #running = 0
  readonly #streams = new Set<{ end(): Promise<void> }>()
  readonly #whenIdle = new Set<() => void>()
  /** Fires when streamed puts have to end. */
  #ending = new AbortController()
  /** Fires as an exchange begins. */
  #exchanging = new AbortController()
  #exchange: Promise<void> = Promise.resolve()
  #closed: Promise<void> | undefined

  constructor(store: BinaryDatastore, waits: ExchangeWaits = {}) {
    super(store)
    this.#waits = waits
  }

  /**
   * Holds new calls, waits for those that run, and lets `exchange` replace the store; then makes the held calls. Open
   * streams and streamed puts that take longer than `waits.streams` end with `CLOSED`. One exchange at a time.
   * @throws DatastoreError `TIMEOUT` when a call does not end, `CLOSED`, or as `exchange` does.
   */
  exchange(exchange: Exchange): Promise<void> {
    if (this.#closed !== undefined) return rejected(closed('exchange the store'))
    const result = this.#exchanged(exchange)
    this.#exchange = result.catch(() => undefined)
    return result
  }

  override put(key: Key, value: ValueSource<Uint8Array>, options?: PutOptions): Promise<PutResult> {
    // A held put reads the bytes later, when they are the caller's again.
    return super.put(key, this.#held === undefined ? value : ownCopy(value), options)
  }

  /** Goes on across an exchange, with `resync`: another store may hold anything. */
  override watch(prefix: Key, options: CallOptions = {}): AsyncIterable<Change> {
    return stoppable(signal => this.#watch(prefix, { ...options, signal }), options.signal)
  }

  override close(): Promise<void> {
    this.#closed ??= this.#exchange.then(() => this.#idle()).then(() => this.child.close())
    return this.#closed
  }

  protected override around<T>(call: Call, run: (options: CallOptions) => Promise<T>): Promise<T> {
    const { verb, key, options } = call
    if (this.#closed !== undefined) return rejected(closed(ACTIONS[verb], key))
    const held = this.#held
    if (held === undefined) return this.#run(call, run)
    return new Promise((resolve, reject) => {
      const leave = () => {
        held.delete(start)
        reject(new AbortError(ACTIONS[verb], { key, cause: options.signal?.reason }))
      }
      if (options.signal?.aborted === true) {
        leave()
        return
      }
      const settled = options.signal && onAbort(options.signal, leave)
      const start = () => {
        settled?.()
        resolve(this.#run(call, run))
      }
      held.add(start)
    })
  }

  protected override aroundStream<T>(
    call: Call,
    run: (options: CallOptions) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    const open = () => {
      const stream: EndableStream<T> = new EndableStream({
        open: signal => run({ signal: either(call.options.signal, signal) }),
        begin: pull =>
          this.around(call, () => {
            this.#streams.add(stream)
            return pull()
          }),
        ended: cause => replaced(call, cause),
        onEnd: () => {
          this.#streams.delete(stream)
          this.#tellIdle()
        },
      })
      return stream
    }
    return { [Symbol.asyncIterator]: open }
  }

  async *#watch(prefix: Key, options: CallOptions): AsyncIterable<Change> {
    for (;;) {
      if (this.#closed !== undefined) throw closed('watch', prefix)
      const { signal } = this.#exchanging
      try {
        yield* this.child.watch(prefix, { ...options, signal: either(options.signal, signal) })
        if (!signal.aborted) return
      } catch (error) {
        if (!signal.aborted || options.signal?.aborted === true) throw error
      }
      await this.#exchange
      yield { type: 'resync', key: prefix }
    }
  }

  async #exchanged(exchange: Exchange): Promise<void> {
    const held = new Set<() => void>()
    this.#held = held
    this.#exchanging.abort()
    try {
      await this.#drain()
      await exchange(this.child, store => {
        this.child = store
      })
    } finally {
      this.#exchanging = new AbortController()
      this.#ending = new AbortController()
      this.#held = undefined
      for (const start of held) start()
    }
  }

  async #drain(): Promise<void> {
    const { streams = 1000, calls = 30_000 } = this.#waits
    if (await this.#idle(streams)) return
    this.#ending.abort()
    for (const stream of this.#streams) void stream.end()
    if (await this.#idle(calls)) return
    throw new DatastoreError('TIMEOUT', `Cannot exchange the store: a call has not ended for ${calls} ms`)
  }

  #run<T>(call: Call, run: (options: CallOptions) => Promise<T>): Promise<T> {
    this.#running++
    const result = isStreamedPut(call) ? this.#runEndable(call, run) : run({})
    result.then(this.#left, this.#left)
    return result
  }

  async #runEndable<T>(call: Call, run: (options: CallOptions) => Promise<T>): Promise<T> {
    const { signal } = this.#ending
    try {
      return await run({ signal: either(call.options.signal, signal) })
    } catch (error) {
      throw signal.aborted && isAborted(error) ? replaced(call, error) : error
    }
  }

  readonly #left = (): void => {
    this.#running--
    this.#tellIdle()
  }

  #tellIdle(): void {
    if (this.#running > 0 || this.#streams.size > 0) return
    for (const resolve of this.#whenIdle) resolve()
    this.#whenIdle.clear()
  }

  /** @returns Whether nothing runs any more; false after so many milliseconds. */
  #idle(longest?: number): Promise<boolean> {
    if (this.#running === 0 && this.#streams.size === 0) return Promise.resolve(true)
    return new Promise(resolve => {
      const idle = () => {
        clearTimeout(timer)
        resolve(true)
      }
      const timer =
        longest === undefined
          ? undefined
          : setTimeout(() => {
              this.#whenIdle.delete(idle)
              resolve(false)
            }, longest)
      this.#whenIdle.add(idle)
    })
  }
}

function isStreamedPut({ verb, value }: Call): boolean {
  return verb === 'put' && !(value instanceof Uint8Array)
}

function either(one: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return one === undefined ? other : AbortSignal.any([one, other])
}

function closed(action: string, key?: Key): DatastoreError {
  return failure('CLOSED', action, key, 'the store is closed')
}

function replaced({ verb, key }: Call, cause: unknown): DatastoreError {
  return failure('CLOSED', ACTIONS[verb], key, 'the stack was replaced meanwhile', cause)
}
