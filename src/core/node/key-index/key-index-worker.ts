import { Worker } from 'node:worker_threads'
import { onAbort } from '../../concurrency/abortable.ts'
import { AbortError, DatastoreError } from '../../errors.ts'
import type { LevelPage } from '../../key-index/key-index.ts'
import type { LevelOptions } from '../../key-index/level-cursor.ts'
import type { KeySearchOptions, SearchProgress } from '../../key-index/search/key-search.ts'
import type { KeyIndexCalls, KeyIndexState, Reply, Request } from './messages.ts'

type Packed = Uint8Array<ArrayBuffer>

/** The handlers of the replies to one request. */
interface Waiting {
  readonly reply: (reply: Reply) => void
  readonly fail: (error: Error) => void
}

/**
 * A `KeyIndex` in a thread of its own, so that neither a large store nor a search blocks this one. Keys cross in packed
 * buffers, which are transferred.
 */
export class KeyIndexWorker implements AsyncDisposable {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #end: Error | undefined

  constructor() {
    // Bundlers, and tests that run from source, find the worker by this very expression (`scripts/worker-files.mjs`).
    // Flags of the process, such as `--eval`, may not be valid for a file.
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { execArgv: [] })
    this.#worker.on('message', (reply: Reply) => this.#waiting.get(reply.id)?.reply(reply))
    this.#worker.on('error', error => this.#fail(indexFailure('its worker has failed', error)))
    this.#worker.on('exit', () => this.#fail(indexFailure('its worker has ended')))
    this.#worker.unref()
  }

  /**
   * Adds packed keys in any order. Keys that exist already stay. Await it before adding more: it applies back-pressure.
   */
  add(packed: Packed): Promise<void> {
    return this.#call('add', [packed], [packed.buffer])
  }

  /** Removes packed keys, including those added earlier. */
  remove(packed: Packed): Promise<void> {
    return this.#call('remove', [packed], [packed.buffer])
  }

  /** Called when all keys of the store were added. Resolves once all of them can be read. Later calls are changes. */
  filled(): Promise<void> {
    return this.#call('filled', [])
  }

  state(): Promise<KeyIndexState> {
    return this.#call('state', [])
  }

  has(key: Uint8Array): Promise<boolean> {
    return this.#call('has', [key])
  }

  /** A page of the children of one key; of the root for an empty key. */
  level(of: Uint8Array, options: LevelOptions): Promise<LevelPage> {
    return this.#call('level', [of, options])
  }

  /** Packed keys from row `from` on; `undefined` until the index is complete. */
  rows(from: number, count: number): Promise<Packed | undefined> {
    return this.#call('rows', [from, count])
  }

  /** The row of a key, or of the first key after it; `undefined` until the index is complete. */
  rowOf(key: Uint8Array): Promise<number | undefined> {
    return this.#call('rowOf', [key])
  }

  /**
   * Searches the keys as they are now, a few milliseconds at a time.
   * @param signal Ends it with `AbortError`. A consumer that stops also ends it.
   * @throws TypeError for an invalid pattern, or one that cannot be matched in linear time.
   */
  async *search(options: KeySearchOptions, signal?: AbortSignal): AsyncIterable<SearchProgress> {
    if (signal?.aborted === true) throw new AbortError('search', { cause: signal.reason })
    const reports: SearchProgress[] = []
    let failure: Error | undefined
    let wake: () => void = () => undefined
    const fail = (error: Error): void => {
      failure ??= error
      wake()
    }
    const id = this.#expect({
      fail,
      reply: reply => {
        if ('error' in reply) fail(reply.error)
        else if ('progress' in reply) reports.push(reply.progress)
        wake()
      },
    })
    const settled = signal && onAbort(signal, () => fail(new AbortError('search', { cause: signal.reason })))
    try {
      this.#post({ id, call: 'search', options }, [])
      for (let isDone = false; !isDone; ) {
        const report = reports.shift()
        if (failure !== undefined) throw failure
        if (report === undefined) {
          await new Promise<void>(resolve => {
            wake = resolve
          })
          continue
        }
        ;({ isDone } = report)
        yield report
      }
    } finally {
      settled?.()
      this.#forget(id)
      if (this.#end === undefined) this.#post({ id, call: 'stop' }, [])
    }
  }

  /** Ends the worker. Calls that are not answered yet fail with `CLOSED`. */
  async close(): Promise<void> {
    this.#fail(new DatastoreError('CLOSED', 'Cannot ask a key index that is closed'))
    await this.#worker.terminate()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #call<Name extends keyof KeyIndexCalls>(
    call: Name,
    args: Parameters<KeyIndexCalls[Name]>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<ReturnType<KeyIndexCalls[Name]>> {
    return new Promise((resolve, reject) => {
      const id = this.#expect({
        fail: reject,
        reply: reply => {
          this.#forget(id)
          if ('error' in reply) reject(reply.error)
          else if ('value' in reply) resolve(reply.value as ReturnType<KeyIndexCalls[Name]>)
        },
      })
      // The arguments are those of the call.
      this.#post({ id, call, args } as unknown as Request, transfer)
    })
  }

  #post(request: Request, transfer: readonly ArrayBuffer[]): void {
    if (this.#end === undefined) this.#worker.postMessage(request, transfer)
  }

  /** Keeps the process alive while a call is waiting. */
  #expect(waiting: Waiting): number {
    const id = ++this.#lastId
    if (this.#end !== undefined) waiting.fail(this.#end)
    else {
      if (this.#waiting.size === 0) this.#worker.ref()
      this.#waiting.set(id, waiting)
    }
    return id
  }

  #forget(id: number): void {
    if (this.#waiting.delete(id) && this.#waiting.size === 0) this.#worker.unref()
  }

  #fail(error: Error): void {
    this.#end ??= error
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { fail } of waiting) fail(this.#end)
  }
}

function indexFailure(why: string, cause?: Error): DatastoreError {
  return new DatastoreError('IO', `Cannot ask the key index: ${why}`, { cause })
}
