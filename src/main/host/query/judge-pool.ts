import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { orAbort } from '../../../core/concurrency/abortable.ts'
import { DatastoreError } from '../../../core/errors.ts'
import type { Batch, Task, Verdict } from './judge.ts'
import type { SortedRows } from './result-order.ts'

/** A message to a worker. */
export type Request =
  | { readonly type: 'begin'; readonly run: number; readonly task: Task }
  | { readonly type: 'end'; readonly run: number }
  | { readonly type: 'judge'; readonly id: number; readonly run: number; readonly batch: Batch }
  | { readonly type: 'order'; readonly id: number; readonly rows: SortedRows }

/** The answer of a worker to a request with an id. */
export type Reply =
  | { readonly id: number; readonly value: Verdict | Uint32Array }
  | { readonly id: number; readonly error: unknown }

/** One worker with its pending requests. */
interface Lane {
  readonly worker: Worker
  /** Callbacks of the requests that are not answered yet, by id. */
  readonly waiting: Map<number, (reply: Reply) => void>
  readonly runs: Set<number>
}

/** The maximum number of threads. More do not make reading small files faster. */
const MOST_WORKERS = 4

/** Milliseconds for which idle workers are kept. */
const KEPT = 5 * 60_000

/** Worker threads that judge values and sort rows, so that neither blocks the host. They start when they are needed. */
export class JudgePool {
  readonly size = Math.max(1, Math.min(MOST_WORKERS, availableParallelism()))
  readonly #tasks = new Map<number, Task>()
  #lanes: Lane[] = []
  #last = 0
  #timer: NodeJS.Timeout | undefined

  /** Starts the workers, so that the first query need not wait for them. */
  warm(): void {
    clearTimeout(this.#timer)
    while (this.#lanes.length < this.size) this.#lanes.push(this.#start())
    if (this.#tasks.size === 0) this.#endLater()
  }

  /** @returns A judge for one run. Call `end` when the run has ended. */
  begin(task: Task): { readonly judge: (batch: Batch) => Promise<Verdict>; readonly end: () => void } {
    const run = ++this.#last
    this.#tasks.set(run, task)
    this.warm()
    return {
      judge: async batch => {
        const transfer = batch.type === 'bytes' ? [batch.bytes.buffer] : []
        const verdict = await this.#ask(id => ({ type: 'judge', id, run, batch }), transfer, run)
        return verdict as Verdict
      },
      end: () => {
        this.#tasks.delete(run)
        for (const { worker, runs } of this.#lanes)
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
    const lanes = this.#lanes
    this.#lanes = []
    for (const lane of lanes)
      fail(lane, new DatastoreError('CLOSED', 'Cannot judge values: the host is closed'))
    await Promise.all(lanes.map(({ worker }) => worker.terminate()))
  }

  #ask(
    make: (id: number) => Request,
    transfer: readonly ArrayBuffer[],
    run?: number,
  ): Promise<Verdict | Uint32Array> {
    return new Promise((resolve, reject) => {
      const lane = this.#idlest()
      const id = ++this.#last
      if (lane.waiting.size === 0) lane.worker.ref()
      lane.waiting.set(id, reply => {
        lane.waiting.delete(id)
        if (lane.waiting.size === 0) lane.worker.unref()
        if ('error' in reply)
          reject(reply.error instanceof Error ? reply.error : new Error(String(reply.error)))
        else resolve(reply.value)
      })
      const task = run === undefined ? undefined : this.#tasks.get(run)
      if (run !== undefined && task !== undefined && !lane.runs.has(run)) {
        lane.runs.add(run)
        lane.worker.postMessage({ type: 'begin', run, task } satisfies Request)
      }
      lane.worker.postMessage(make(id), transfer)
    })
  }

  #idlest(): Lane {
    this.warm()
    return this.#lanes.reduce((best, lane) => (lane.waiting.size < best.waiting.size ? lane : best))
  }

  #start(): Lane {
    // Bundlers, and tests that run from source, look for exactly this expression (`scripts/worker-files.mjs`).
    const worker = new Worker(new URL('./worker.js', import.meta.url), { execArgv: [] })
    const lane: Lane = { worker, waiting: new Map(), runs: new Set() }
    const ended = (cause?: unknown): void => {
      this.#lanes = this.#lanes.filter(other => other !== lane)
      fail(lane, new DatastoreError('IO', 'Cannot judge values: a worker has ended', { cause }))
    }
    worker.on('message', (reply: Reply) => lane.waiting.get(reply.id)?.(reply))
    worker.on('error', ended)
    worker.on('exit', () => ended())
    worker.unref()
    return lane
  }

  #endLater(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      if (this.#lanes.every(({ waiting }) => waiting.size === 0)) void this.close()
    }, KEPT)
    this.#timer.unref()
  }
}

function fail(lane: Lane, error: Error): void {
  for (const [id, answer] of [...lane.waiting]) answer({ id, error })
}
