import type { ClassicLevel } from 'classic-level'
import type { Check, OthersChange, Outcome, Range, Row, Write } from '../../../ordered/driver.ts'
import { areSeen, outcomeOf, sameKeys } from '../../../ordered/expect.ts'
import { levelFailure } from './failures.ts'
import { plainBytes } from './level-rows.ts'
import { type LevelOperation, WriteQueue } from './write-queue.ts'

/** An open LevelDB whose keys and values are bytes. */
export type Level = ClassicLevel<Uint8Array, Uint8Array>

type Listener = (change: OthersChange) => void
type Waiting = Omit<Write, 'expect'>

/** The writes of all users of an open LevelDB, checked and applied in call order. */
export class LevelWrites {
  readonly level: Level
  readonly #queue: WriteQueue
  /** The listeners for writes by other users. */
  readonly #listeners = new Map<object, Listener>()
  /** A commit that checks ranges, which takes time: later writes wait for it. */
  #exclusive: Promise<unknown> | undefined
  #isDirty = false

  constructor(level: Level) {
    this.level = level
    this.#queue = new WriteQueue((operations, sync) => apply(level, operations, sync))
  }

  write(write: Write, durable: boolean, by: object): Promise<Outcome> {
    if (this.#exclusive !== undefined) return this.#exclusive.then(() => this.write(write, durable, by))
    const isConditional = write.expect !== 'any' || write.value === undefined
    const outcome = isConditional ? outcomeOf(write, this.#current(write.key)) : 'done'
    if (outcome === 'done') return this.#push([write], durable, by)
    if (this.#queue.stateOf(write.key) === undefined) return Promise.resolve(outcome)
    // The state that a write is refused for is readable only once it is written, which may fail.
    return this.#queue.drained().then(() => this.write(write, durable, by))
  }

  /** The state of a key after every earlier write. */
  #current(key: Uint8Array): Row | undefined {
    const waiting = this.#queue.stateOf(key)
    return waiting === undefined ? this.getNow(key) : waiting.row
  }

  getNow(key: Uint8Array): Row | undefined {
    try {
      const value = this.level.getSync(key)
      return value && { key, value: plainBytes(value) }
    } catch (error) {
      throw levelFailure('get', error)
    }
  }

  /** @param range Reads a range of the stored records. */
  async commit(
    checks: readonly Check[],
    writes: readonly Waiting[],
    durable: boolean,
    by: object,
    range: (range: Range) => Promise<readonly Row[]>,
  ): Promise<boolean> {
    while (this.#exclusive !== undefined) await this.#exclusive
    const apply = async () => {
      const isSeen = areSeen(
        checks.filter(check => 'key' in check),
        key => this.#current(key),
        () => [],
      )
      if (isSeen && writes.length > 0) await this.#push(writes, durable, by)
      // A caller that retries must read what is still waiting to be written.
      if (!isSeen) await this.#queue.drained()
      return isSeen
    }
    const ranges = checks.filter(check => 'range' in check)
    if (ranges.length === 0) return apply()
    const committed = this.#areSame(ranges, range).then(isSame => isSame && apply())
    this.#exclusive = committed
      .catch(() => undefined)
      .finally(() => {
        this.#exclusive = undefined
      })
    return committed
  }

  /** No writes happen during this check. */
  async #areSame(
    checks: readonly Extract<Check, { readonly range: Range }>[],
    range: (range: Range) => Promise<readonly Row[]>,
  ): Promise<boolean> {
    await this.#queue.drained()
    for (const check of checks) if (!sameKeys(await range(check.range), check.keys)) return false
    return true
  }

  #push(writes: readonly Waiting[], durable: boolean, by: object): Promise<'done'> {
    this.#isDirty = true
    const applied = this.#queue.push(writes, durable)
    // One of them is the writer's own.
    if (this.#listeners.size < 2) return applied
    return applied.then(done => {
      this.#notify(writes, by)
      return done
    })
  }

  #notify(writes: readonly Waiting[], by: object): void {
    for (const [user, listener] of this.#listeners) {
      if (user === by) continue
      for (const { key, value } of writes) listener({ key, isThere: value !== undefined })
    }
  }

  /**
   * Reports writes by others than `user`.
   * @returns A function that ends it.
   */
  listen(user: object, listener: Listener): () => void {
    this.#listeners.set(user, listener)
    return () => this.#listeners.delete(user)
  }

  /** Writes a synced removal of an absent key, which also syncs all earlier writes. */
  async sync(): Promise<void> {
    if (!this.#isDirty) return
    this.#isDirty = false
    try {
      await this.#queue.push([{ key: NO_KEY, value: undefined }], true)
    } catch (error) {
      this.#isDirty = true
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#exclusive
    await this.#queue.drained()
    await this.level.close()
  }
}

/** A key of no layout: keys of `strata` begin with no NUL, and no path text of four NULs is known. */
const NO_KEY = Uint8Array.of(0, 0, 0, 0)

/**
 * Applies operations. A single write is cheaper than a batch of one, and a chained batch is cheaper than a list, whose
 * fields are looked up by name.
 */
function apply(level: Level, operations: readonly LevelOperation[], sync: boolean): Promise<void> {
  const [first] = operations
  // Default options are omitted: the client has prepared ones.
  if (first !== undefined && operations.length === 1) {
    const { key } = first
    if (first.type === 'put') return sync ? level.put(key, first.value, SYNCED) : level.put(key, first.value)
    return sync ? level.del(key, SYNCED) : level.del(key)
  }
  const batch = level.batch()
  for (const one of operations) {
    if (one.type === 'put') batch.put(one.key, one.value)
    else batch.del(one.key)
  }
  return sync ? batch.write(SYNCED) : batch.write()
}

const SYNCED = { sync: true }
