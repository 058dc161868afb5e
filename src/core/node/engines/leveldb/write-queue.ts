import type { Row, Write } from '../../../ordered/driver.ts'

/** One write of a batch, as the client takes it. */
export type LevelOperation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

/** Writes that go to the engine together. */
interface Batch {
  readonly operations: LevelOperation[]
  /** What the keys hold once the batch is applied; `undefined` for none. */
  readonly states: Map<string, Row | undefined>
  bytes: number
  isDurable: boolean
  readonly applied: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Bytes that a batch grows to by joining. */
const MOST_BYTES = 4 * 1024 * 1024

/**
 * Writes in call order, one batch at a time: what comes while a batch is written is joined into the next. So many writes
 * at once cost little more than one, and each is judged against all before it, written or not.
 */
export class WriteQueue {
  readonly #apply: (operations: LevelOperation[], isDurable: boolean) => Promise<void>
  readonly #waiting: Batch[] = []
  #running: Batch | undefined

  constructor(apply: (operations: LevelOperation[], isDurable: boolean) => Promise<void>) {
    this.#apply = apply
  }

  /** What a key will hold; `undefined` where no write of it waits. */
  stateOf(key: Uint8Array): { readonly row: Row | undefined } | undefined {
    if (this.#running === undefined) return undefined
    const name = nameOf(key)
    for (const batch of [...this.#waiting.toReversed(), this.#running]) {
      if (batch.states.has(name)) return { row: batch.states.get(name) }
    }
    return undefined
  }

  /** @returns Resolves once the writes are applied. They are kept as they are until then. */
  push(writes: readonly Omit<Write, 'expect'>[], isDurable: boolean): Promise<void> {
    const last = this.#waiting.at(-1)
    const batch = last !== undefined && last.bytes < MOST_BYTES ? last : this.#begin()
    for (const { key, value } of writes) {
      batch.operations.push(value === undefined ? { type: 'del', key } : { type: 'put', key, value })
      batch.states.set(nameOf(key), value && { key, value })
      batch.bytes += key.length + (value?.length ?? 0)
    }
    if (isDurable) batch.isDurable = true
    if (this.#running === undefined) void this.#run()
    return batch.applied
  }

  /** Resolves once everything that was pushed is applied or has failed. */
  async drained(): Promise<void> {
    const batches = [...(this.#running === undefined ? [] : [this.#running]), ...this.#waiting]
    await Promise.allSettled(batches.map(({ applied }) => applied))
  }

  #begin(): Batch {
    const { promise, resolve, reject } = withResolvers()
    // Each write hears of the failure; the batch itself is nobody's.
    promise.catch(() => undefined)
    const batch = {
      operations: [],
      states: new Map<string, Row | undefined>(),
      bytes: 0,
      isDurable: false,
      applied: promise,
      resolve,
      reject,
    }
    this.#waiting.push(batch)
    return batch
  }

  async #run(): Promise<void> {
    for (let batch = this.#waiting.shift(); batch !== undefined; batch = this.#waiting.shift()) {
      this.#running = batch
      try {
        await this.#apply(batch.operations, batch.isDurable)
        batch.resolve()
      } catch (error) {
        // Later writes were judged as if this batch had been applied.
        for (const failed of [batch, ...this.#waiting.splice(0)]) failed.reject(error)
      }
      this.#running = undefined
    }
  }
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')
}

function withResolvers(): {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
} {
  let resolve: () => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<void>((onDone, onFailed) => {
    resolve = onDone
    reject = onFailed
  })
  return { promise, resolve, reject }
}
