import { Worker } from 'node:worker_threads'
import { onAbort } from '../../../core/concurrency/abortable.ts'
import { AbortError, DatastoreError } from '../../../core/errors.ts'
import type { Decoded, Stage } from '../../../core/values/pipeline.ts'
import type { ValueReply, ValueRequest } from './worker.ts'

/** The maximum number of milliseconds for one value. */
const TIME_LIMIT = 20_000

/** Enough for a notation of 16 Mi characters. */
const MEMORY_LIMIT = { maxOldGenerationSizeMb: 1024 }

interface ValueWorkerOptions {
  readonly timeLimit?: number | undefined
}

/**
 * Decodes and encodes values in a worker thread, one after another. A call that is aborted or takes too long ends the
 * thread; the next call starts another.
 */
export class ValueWorker {
  readonly #timeLimit: number
  #worker: Worker | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor({ timeLimit = TIME_LIMIT }: ValueWorkerOptions = {}) {
    this.#timeLimit = timeLimit
  }

  /** Never fails because of the content of a value: one that takes too long is shown as bytes, with the reason. */
  async decode(
    bytes: Uint8Array,
    name: string,
    choice: readonly Stage[],
    signal: AbortSignal,
  ): Promise<Decoded> {
    const reply = await this.#ask({ call: 'decode', bytes, name, choice }, signal)
    if ('decoded' in reply) return reply.decoded
    return {
      pipeline: ['bytes'],
      shown: bytes,
      sizes: [],
      problem: 'refused' in reply ? reply.refused : undefined,
    }
  }

  /** @throws DatastoreError `VALUE_INVALID` if the text cannot be encoded, or would not decode to the same text. */
  async encode(
    shown: Uint8Array,
    pipeline: readonly Stage[],
    stored: Uint8Array,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const reply = await this.#ask({ call: 'encode', shown, pipeline, stored }, signal)
    if ('bytes' in reply) return reply.bytes
    const reason = 'refused' in reply ? reply.refused : 'no answer'
    throw new DatastoreError('VALUE_INVALID', `Cannot encode the value: ${reason}`)
  }

  /** Ends the thread. A running call fails. */
  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #ask(request: ValueRequest, signal: AbortSignal): Promise<ValueReply> {
    const answer = this.#last.then(() => this.#run(request, signal))
    this.#last = answer.catch(() => undefined)
    return answer
  }

  #run(request: ValueRequest, signal: AbortSignal): Promise<ValueReply> {
    if (signal.aborted) throw new AbortError(request.call, { cause: signal.reason })
    const worker = (this.#worker ??= this.#start())
    worker.ref()
    return new Promise<ValueReply>((resolve, reject) => {
      const settle = (end: () => void, isOver: boolean): void => {
        clearTimeout(timer)
        removeAbort()
        for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event)
        worker.unref()
        if (isOver) this.#drop(worker)
        end()
      }
      const tooLong = `it takes more than ${this.#timeLimit / 1000} seconds`
      const timer = setTimeout(() => settle(() => resolve({ refused: tooLong }), true), this.#timeLimit)
      const removeAbort = onAbort(signal, () =>
        settle(() => reject(new AbortError(request.call, { cause: signal.reason })), true),
      )
      worker.once('message', (reply: ValueReply) => settle(() => resolve(reply), false))
      worker.once('error', (error: NodeJS.ErrnoException) => {
        const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        settle(() => (isMemory ? resolve({ refused: 'it takes too much memory' }) : reject(error)), true)
      })
      worker.once('exit', () =>
        settle(
          () => reject(new DatastoreError('CLOSED', `Cannot ${request.call} a value: the worker has ended`)),
          true,
        ),
      )
      worker.postMessage(request)
    })
  }

  #start(): Worker {
    // Bundlers, and tests that run from source, look for exactly this expression (`scripts/worker-files.mjs`).
    return new Worker(new URL('./worker.js', import.meta.url), { execArgv: [], resourceLimits: MEMORY_LIMIT })
  }

  #drop(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined
    // The thread may still run out of memory before it ends.
    worker.on('error', () => undefined)
    void worker.terminate()
  }
}
