import { rejected } from '../../../errors.ts'
import type { Row, Write } from '../../../ordered/driver.ts'
import { runAsMicrotask } from '../turn-group.ts'
import { levelFailure } from './failures.ts'

/** One write of a batch, as the client takes it. */
export type LevelOperation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

/** Writes that the engine applies together. */
interface Batch {
  readonly operations: LevelOperation[]
  /** The last operation of each key. Filled when it is read, because unconditional writes never read it. */
  readonly byKey: Map<string, LevelOperation>
  /** The number of operations that are in `byKey`. */
  known: number
  bytes: number
  isDurable: boolean
  readonly applied: Promise<'done'>
  readonly resolve: (outcome: 'done') => void
  readonly reject: (error: unknown) => void
}

/** The maximum number of bytes of a batch. */
const MAX_BYTES = 4 * 1024 * 1024

/**
 * A batch of this many writes does not wait for more writes of its turn, so that the engine works while those are made.
 */
const ENOUGH = 16

/**
 * Applies writes in call order, one batch at a time. Writes that come while a batch is being written join the next one,
 * so many concurrent writes cost little more than one. Each is checked against all earlier writes, whether they are
 * written yet or not.
 */
export class WriteQueue {
  readonly #apply: (operations: LevelOperation[], isDurable: boolean) => Promise<void>
  /** Batches that are not applied yet; the first one may be being written. */
  readonly #batches: Batch[] = []
  /** Whether the first batch is being written, so that it accepts no more writes. */
  #isRunning = false

  constructor(apply: (operations: LevelOperation[], isDurable: boolean) => Promise<void>) {
    this.#apply = apply
  }

  /** The state that a key will have; `undefined` if no write of it is waiting. */
  stateOf(key: Uint8Array): { readonly row: Row | undefined } | undefined {
    if (this.#batches.length === 0) return undefined
    const name = nameOf(key)
    for (const batch of this.#batches.toReversed()) {
      const operation = lastOf(batch, name)
      if (operation !== undefined) return { row: operation.type === 'put' ? operation : undefined }
    }
    return undefined
  }

  /** @returns Resolves once the writes are applied. Their bytes must not change until then. */
  push(writes: readonly Omit<Write, 'expect'>[], isDurable: boolean): Promise<'done'> {
    const batch = this.#open()
    for (const { key, value } of writes) {
      batch.operations.push(value === undefined ? { type: 'del', key } : { type: 'put', key, value })
      batch.bytes += key.length + (value?.length ?? 0)
    }
    if (isDurable) batch.isDurable = true
    if (batch.operations.length >= ENOUGH && !this.#isRunning) this.#run()
    return batch.applied
  }

  /** Resolves once everything that was pushed is applied or has failed. */
  async drained(): Promise<void> {
    await Promise.allSettled(this.#batches.map(({ applied }) => applied))
  }

  /** A batch that accepts more writes. */
  #open(): Batch {
    const last = this.#batches.at(-1)
    const isOpen =
      last !== undefined && last.bytes < MAX_BYTES && (this.#batches.length > 1 || !this.#isRunning)
    if (isOpen) return last
    const batch = newBatch()
    this.#batches.push(batch)
    // Writes pushed in the same turn are written together.
    if (this.#batches.length === 1) runAsMicrotask(this.#run)
    return batch
  }

  readonly #run = (): void => {
    const [batch] = this.#batches
    if (this.#isRunning || batch === undefined) return
    this.#isRunning = true
    this.#begin(batch).then(
      () => {
        this.#isRunning = false
        this.#batches.shift()
        batch.resolve('done')
        this.#run()
      },
      (error: unknown) => {
        this.#isRunning = false
        // Later writes were checked as if this batch had been applied.
        const failure = levelFailure('write', error)
        for (const failed of this.#batches.splice(0)) failed.reject(failure)
      },
    )
  }

  #begin({ operations, isDurable }: Batch): Promise<void> {
    try {
      return this.#apply(operations, isDurable)
    } catch (error) {
      return rejected(error)
    }
  }
}

function newBatch(): Batch {
  let resolve: Batch['resolve'] = () => undefined
  let reject: Batch['reject'] = () => undefined
  const applied = new Promise<'done'>((onDone, onFailed) => {
    resolve = onDone
    reject = onFailed
  })
  // Each write reports the failure. The batch itself is not awaited.
  applied.catch(() => undefined)
  return { operations: [], byKey: new Map(), known: 0, bytes: 0, isDurable: false, applied, resolve, reject }
}

/** The last operation of a batch on the key with this name. */
function lastOf(batch: Batch, name: string): LevelOperation | undefined {
  for (; batch.known < batch.operations.length; batch.known++) {
    const operation = batch.operations[batch.known] as LevelOperation
    batch.byKey.set(nameOf(operation.key), operation)
  }
  return batch.byKey.get(name)
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')
}
