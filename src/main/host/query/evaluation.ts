import { orAbort } from '../../../core/concurrency/abortable.ts'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { isNotFound } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import { openStoreOf } from '../../../core/open/datastore.ts'
import type { OpenStore } from '../../../core/open/open-store.ts'
import { StoreQuerySource } from '../../../core/open/query-source.ts'
import type { SessionKeys } from '../search/session-keys.ts'
import type { Candidate } from './candidates.ts'
import { type Batch, type BatchResult, Evaluator, type Hit } from './evaluator.ts'
import type { EvaluatorPool } from './evaluator-pool.ts'
import { MAX_VALUE_BYTES, tooLarge } from './file-reader.ts'
import type { RunPlan } from './query-plan.ts'

/** Values of one batch that are read through the store concurrently. */
const WIDTH = 32

/** Large values that are read concurrently. */
const NARROW = 2

/** The number of bytes of values that are sent to a worker together. */
const BLOCK = 4 * 1024 * 1024

/** The parts of a session that are needed. */
export interface QueriedSession {
  readonly keys: SessionKeys
  /** The store that every call goes to. */
  readonly store: BinaryDatastore
  /** The stack's own store, without the session around it. */
  readonly stack: { readonly store: BinaryDatastore }
}

export interface Problem {
  readonly key: string
  readonly message: string
}

/** Entries that were evaluated, in the order of their keys. */
export interface EvaluatedBatch {
  readonly batch: readonly Candidate[]
  readonly hits: readonly Hit[]
  readonly problems: readonly Problem[]
  readonly byteLength: number
}

/** Evaluates the entries of a run. Workers read values in files themselves; other values are read through the session. */
export class Evaluation {
  /** Whether the stack keeps each value in a file whose path is known. */
  readonly isFolder: boolean
  readonly #session: QueriedSession
  readonly #files: OpenStore
  readonly #evaluator: Evaluator | undefined
  readonly #pooled: ReturnType<EvaluatorPool['begin']> | undefined
  readonly #isValue: boolean
  readonly #needsKey: boolean
  readonly #signal: AbortSignal
  #hasLargeValues = false

  constructor(session: QueriedSession, { task, reads }: RunPlan, pool: EvaluatorPool, signal: AbortSignal) {
    this.#session = session
    this.#signal = signal
    this.#files = openStoreOf(session.stack.store)
    this.isFolder = this.#files.fileOf(PROBE) !== undefined
    this.#isValue = reads === 'values'
    this.#needsKey = task?.needsKey === true
    this.#evaluator = task && new Evaluator(task)
    this.#pooled = task !== undefined && (this.#isValue || this.isFolder) ? pool.begin(task) : undefined
  }

  end(): void {
    this.#pooled?.end()
  }

  async evaluate(batch: readonly Candidate[]): Promise<EvaluatedBatch> {
    const evaluate = this.#evaluator
    const pooled = this.#pooled?.evaluate
    if (evaluate === undefined) {
      const hits = batch.map(
        ({ size }, index): Hit => ({ index, size: size ?? Number.NaN, mtime: undefined }),
      )
      return { batch, hits, problems: [], byteLength: 0 }
    }
    const paths = pooled === undefined ? [] : batch.map(({ key }) => this.#files.fileOf(key))
    const inFiles = [...paths.keys()].filter(index => paths[index] !== undefined)
    const others =
      pooled === undefined ? [...batch.keys()] : [...paths.keys()].filter(index => paths[index] === undefined)
    const verdicts: Read[] = []
    if (pooled !== undefined && inFiles.length > 0) {
      const verdict = await pooled({
        type: 'files',
        keys: this.#needsKey ? inFiles.map(index => batch[index]?.key.toString() ?? '') : undefined,
        paths: inFiles.map(index => paths[index]).join('\0'),
      })
      others.push(...verdict.failed.map(place => inFiles[place] as number))
      verdicts.push(renumbered(verdict, inFiles, batch))
    }
    if (others.length > 0) {
      const isValue = this.#isValue
      verdicts.push(
        isValue && pooled !== undefined
          ? await this.#readThrough(batch, others, pooled)
          : await this.#statThrough(batch, others, evaluate),
      )
    }
    return {
      batch,
      hits: verdicts.flatMap(({ hits }) => hits).sort((a, b) => a.index - b.index),
      problems: verdicts.flatMap(({ problems }) => problems),
      byteLength: verdicts.reduce((sum, verdict) => sum + verdict.byteLength, 0),
    }
  }

  /** Reads values through the session, and sends them to `evaluate` in blocks. */
  async #readThrough(
    batch: readonly Candidate[],
    numbers: readonly number[],
    evaluate: (batch: Batch) => Promise<BatchResult>,
  ): Promise<Read> {
    const signal = this.#signal
    const source = new StoreQuerySource(openStoreOf(this.#session.store))
    const read = new Reading()
    const block = new Block()
    const flush = async (): Promise<void> => {
      if (block.numbers.length === 0) return
      const { numbers: of, batch: bytes } = block.take(batch)
      read.add(renumbered(await evaluate(bytes), of, batch))
    }
    for (let start = 0; start < numbers.length; ) {
      const width = this.#hasLargeValues ? NARROW : WIDTH
      await Promise.all(
        numbers.slice(start, start + width).map(async number => {
          const { key, size = 0 } = batch[number] as Candidate
          if (size > MAX_VALUE_BYTES) {
            read.refuse(key, tooLarge(size))
            return
          }
          try {
            const { bytes, mtime } = await orAbort(source.find(key, { signal }), signal, 'get')
            if (bytes.length > MAX_VALUE_BYTES) read.refuse(key, tooLarge(bytes.length))
            else block.add(number, bytes, mtime)
          } catch (error) {
            read.failed(key, error, signal)
          }
        }),
      )
      start += width
      this.#hasLargeValues = block.length >= BLOCK
      if (this.#hasLargeValues) await flush()
    }
    await flush()
    return read
  }

  /** Evaluates by what is known without the value. */
  async #statThrough(
    batch: readonly Candidate[],
    numbers: readonly number[],
    evaluate: Evaluator,
  ): Promise<Read> {
    const signal = this.#signal
    const { store } = this.#session
    const read = new Reading()
    for (let start = 0; start < numbers.length; start += WIDTH) {
      await Promise.all(
        numbers.slice(start, start + WIDTH).map(async number => {
          const { key } = batch[number] as Candidate
          try {
            const stat = await orAbort(store.stat(key, { signal }), signal, 'stat')
            const hit = evaluate.evaluateOne(number, key.toString(), () => stat)
            if (hit !== undefined) read.hits.push(hit)
          } catch (error) {
            read.failed(key, error, signal)
          }
        }),
      )
    }
    return read
  }
}

/** An arbitrary key, to find out whether a store keeps values in files. */
const PROBE = Key.parse('/a')

/** The result for some entries of a batch, with their indices in it. */
interface Read {
  readonly hits: readonly Hit[]
  readonly problems: readonly Problem[]
  readonly byteLength: number
}

class Reading implements Read {
  readonly hits: Hit[] = []
  readonly problems: Problem[] = []
  byteLength = 0

  add({ hits, problems, byteLength }: Read): void {
    this.hits.push(...hits)
    this.problems.push(...problems)
    this.byteLength += byteLength
  }

  refuse(key: Key, message: string): void {
    this.problems.push({ key: key.toString(), message })
  }

  /** Notes a failure. A key that no longer exists is not a match. Any other failure is a problem of this key only. */
  failed(key: Key, error: unknown, signal: AbortSignal): void {
    if (signal.aborted) throw error
    if (!isNotFound(error)) this.refuse(key, error instanceof Error ? error.message : String(error))
  }
}

/** Values that go to a worker together. */
class Block {
  numbers: number[] = []
  length = 0
  #values: Uint8Array[] = []
  #mtimes: (number | undefined)[] = []

  add(number: number, bytes: Uint8Array, mtime: number | undefined): void {
    this.numbers.push(number)
    this.#values.push(bytes)
    this.#mtimes.push(mtime)
    this.length += bytes.length
  }

  take(batch: readonly Candidate[]) {
    const bytes = new Uint8Array(this.length)
    const ends: number[] = []
    let end = 0
    for (const value of this.#values) {
      bytes.set(value, end)
      end += value.length
      ends.push(end)
    }
    const { numbers } = this
    const keys = numbers.map(number => batch[number]?.key.toString() ?? '')
    const taken = { type: 'bytes', keys, bytes, ends, mtimes: this.#mtimes } as const
    this.numbers = []
    this.#values = []
    this.#mtimes = []
    this.length = 0
    return { numbers, batch: taken }
  }
}

/** A verdict on some entries, with their indices in the whole batch. */
function renumbered(
  { hits, refused, byteLength }: BatchResult,
  numbers: readonly number[],
  batch: readonly Candidate[],
): Read {
  return {
    hits: hits.map(hit => ({ ...hit, index: numbers[hit.index] as number })),
    problems: refused.map(({ index, message }) => ({
      key: batch[numbers[index] as number]?.key.toString() ?? '',
      message,
    })),
    byteLength,
  }
}
