import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { orAbort } from '../../../core/concurrency/abortable.ts'
import { DatastoreError } from '../../../core/errors.ts'
import type { Batch, BatchResult, Task } from './evaluator.ts'
import type { SortedRows } from './result-order.ts'

/** A message to a worker. */
export type Request =
  | { readonly type: 'begin'; readonly run: number; readonly task: Task }
  | { readonly type: 'end'; readonly run: number }
  | { readonly type: 'evaluate'; readonly id: number; readonly run: number; readonly batch: Batch }
  | { readonly type: 'order'; readonly id: number; readonly rows: SortedRows }

/** The answer of a worker to a request with an id. */
export type Reply =
  | { readonly id: number; readonly value: BatchResult | Uint32Array }
  | { readonly id: number; readonly error: unknown }

/** One worker with its pending requests. */
interface PooledWorker {
  readonly worker: Worker
  /** Callbacks of the requests that are not answered yet, by id. */
  readonly waiting: Map<number, (reply: Reply) => void>
  readonly runs: Set<number>
}

/** The maximum number of threads. More do not make reading small files faster. */
const MAX_WORKERS = 4

/** Milliseconds for which idle workers are kept. */
const KEPT = 5 * 60_000

/** Worker threads that evaluate values and sort rows, so that neither blocks the host. They start when they are needed. */
export class EvaluatorPool {
  readonly size = Math.max(1, Math.min(MAX_WORKERS, availableParallelism()))
  readonly #tasks = new Map<number, Task>()
  #pool: PooledWorker[] = []
  #last = 0
  #timer: NodeJS.Timeout | undefined

  /** Starts the workers, so that the first query need not wait for them. */
  warm(): void {
    clearTimeout(this.#timer)
    while (this.#pool.length < this.size) this.#pool.push(this.#start())
    if (this.#tasks.size === 0) this.#endLater()
  }

  /** @returns An evaluator for one run. Call `end` when the run has ended. */
  begin(task: Task): { readonly evaluate: (batch: Batch) => Promise<BatchResult>; readonly end: () => void } {
    const run = ++this.#last
    this.#tasks.set(run, task)
    this.warm()
    return {
      evaluate: async batch => {
        const transfer = batch.type === 'bytes' ? [batch.bytes.buffer] : []
        const result = await this.#ask(id => ({ type: 'evaluate', id, run, batch }), transfer, run)
        return result as BatchResult
      },
      end: () => {
        this.#tasks.delete(run)
        for (const { worker, runs } of this.#pool)
          if (runs.delete(run)) worker.postMessage({ type: 'end', run } satisfies Request)
        if (this.#tasks.size === 0) this.#endLater()
      },
    }
  }

  async order(rows: SortedRows, signal: AbortSignal): Promise<Uint32Array> {
    this.warm()
    const order = this.#ask(id => ({ type: 'order', id, rows }), [])
    return (await orAbort(order, signal, 'sort')) as Uint32Array
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    const pool = this.#pool
    this.#pool = []
    for (const pooled of pool)
      fail(pooled, new DatastoreError('CLOSED', 'Cannot evaluate values: the host is closed'))
    await Promise.all(pool.map(({ worker }) => worker.terminate()))
  }

  #ask(
    make: (id: number) => Request,
    transfer: readonly ArrayBuffer[],
    run?: number,
  ): Promise<BatchResult | Uint32Array> {
    return new Promise((resolve, reject) => {
      const pooled = this.#leastBusy()
      const id = ++this.#last
      if (pooled.waiting.size === 0) pooled.worker.ref()
      pooled.waiting.set(id, reply => {
        pooled.waiting.delete(id)
        if (pooled.waiting.size === 0) pooled.worker.unref()
        if ('error' in reply)
          reject(reply.error instanceof Error ? reply.error : new Error(String(reply.error)))
        else resolve(reply.value)
      })
      const task = run === undefined ? undefined : this.#tasks.get(run)
      if (run !== undefined && task !== undefined && !pooled.runs.has(run)) {
        pooled.runs.add(run)
        pooled.worker.postMessage({ type: 'begin', run, task } satisfies Request)
      }
      pooled.worker.postMessage(make(id), transfer)
    })
  }

  #leastBusy(): PooledWorker {
    this.warm()
    return this.#pool.reduce((best, pooled) => (pooled.waiting.size < best.waiting.size ? pooled : best))
  }

  #start(): PooledWorker {
    // Bundlers, and tests that run from source, look for exactly this expression (`scripts/worker-files.mjs`).
    const worker = new Worker(new URL('./worker.js', import.meta.url), { execArgv: [] })
    const pooled: PooledWorker = { worker, waiting: new Map(), runs: new Set() }
    const ended = (cause?: unknown): void => {
      this.#pool = this.#pool.filter(other => other !== pooled)
      fail(pooled, new DatastoreError('IO', 'Cannot evaluate values: a worker has ended', { cause }))
    }
    worker.on('message', (reply: Reply) => pooled.waiting.get(reply.id)?.(reply))
    worker.on('error', ended)
    worker.on('exit', () => ended())
    worker.unref()
    return pooled
  }

  #endLater(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      if (this.#pool.every(({ waiting }) => waiting.size === 0)) void this.close()
    }, KEPT)
    this.#timer.unref()
  }
}

function fail(pooled: PooledWorker, error: Error): void {
  for (const [id, answer] of [...pooled.waiting]) answer({ id, error })
}
