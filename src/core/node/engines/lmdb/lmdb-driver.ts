import { failure } from '../../../errors.ts'
import type {
  Check,
  DriverCapabilities,
  DriverInfo,
  OrderedDriver,
  OthersChange,
  Outcome,
  Range,
  Row,
  Write,
} from '../../../ordered/driver.ts'
import { areSeen, outcomeOf } from '../../../ordered/expect.ts'
import type { LmdbEnvironment, User, Waiting } from './lmdb-environment.ts'
import { bufferOf, isKey, type LmdbBytes, MAX_KEY, rowAt, rowsIn } from './lmdb-rows.ts'

/** The parts of an open file that a driver uses, perhaps together with other drivers. */
export interface LmdbUse extends User {
  readonly environment: LmdbEnvironment
  /** Names the data. */
  readonly id: string
  readonly isWritable: boolean
  readonly release: () => Promise<void>
}

/** A database of an LMDB file that other processes may have open as well. Reads never wait: they read mapped memory. */
export class LmdbDriver implements OrderedDriver {
  readonly info: DriverInfo
  readonly capabilities: DriverCapabilities
  readonly #use: LmdbUse
  /** The number of writes by others at the last call of `othersWrote`. */
  #asked: number | undefined
  #closing: Promise<void> | undefined

  constructor(use: LmdbUse) {
    this.#use = use
    const { id, isWritable } = use
    this.info = { kind: 'lmdb', id, readAhead: 16, maxRows: 2000, text: false, columns: false }
    this.capabilities = {
      writable: isWritable,
      conditions: 'everyone',
      commit: { most: Number.POSITIVE_INFINITY, ranges: true },
      durable: true,
      parts: false,
      shared: true,
      keyBytes: MAX_KEY,
    }
  }

  get(key: Uint8Array): Row | undefined {
    const { environment, database } = this.#opened('get')
    return environment.read('get', database, bytes => rowAt(bytes, key))
  }

  has(key: Uint8Array): boolean {
    const { environment, database } = this.#opened('look up')
    return environment.read('look up', database, bytes => isKey(key) && bytes.doesExist(bufferOf(key)))
  }

  range(range: Range): readonly Row[] {
    const { environment, database } = this.#opened('read a range')
    const limit = Math.min(range.limit, this.info.maxRows)
    return environment.read('read a range', database, bytes => rowsIn(bytes, { ...range, limit }))
  }

  write(write: Write, durable: boolean): Promise<Outcome> {
    const use = this.#writing([write])
    if (write.expect === 'any' && write.value !== undefined) {
      return use.environment.put(use, write, durable)
    }
    return use.environment.transact(use, durable, (bytes, put) => {
      const outcome = outcomeOf(write, rowAt(bytes, write.key))
      if (outcome === 'done') put(write)
      return outcome
    })
  }

  async commit(checks: readonly Check[], writes: readonly Waiting[], durable: boolean): Promise<boolean> {
    const isSeen = (bytes: LmdbBytes) =>
      areSeen(
        checks,
        key => rowAt(bytes, key),
        range => rowsIn(bytes, range),
      )
    // A read-only file allows no transaction, and needs none: all reads in one turn of the event loop see one state.
    if (writes.length === 0) {
      const { environment, database } = this.#opened('commit')
      return environment.read('commit', database, isSeen)
    }
    const use = this.#writing(writes)
    return use.environment.transact(use, durable, (bytes, put) => {
      const isDone = isSeen(bytes)
      if (isDone) for (const write of writes) put(write)
      return isDone
    })
  }

  changes(listener: (change: OthersChange) => void): () => void {
    return this.#use.environment.listen(this.#use, listener)
  }

  othersWrote(): boolean {
    const { environment } = this.#opened('look for changes')
    const others = environment.writesOfOthers(this.#use)
    const isNew = others !== this.#asked
    this.#asked = others
    return isNew
  }

  estimate(): number {
    const { environment, database } = this.#opened('count entries')
    const stats: unknown = environment.read('count entries', database, bytes => bytes.getStats())
    return (stats as { readonly entryCount: number }).entryCount
  }

  async sync(): Promise<void> {
    await this.#opened('sync').environment.sync()
  }

  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#use.environment.leave(this.#use)
      this.#closing = this.#use.release()
    }
    return this.#closing
  }

  #opened(action: string): LmdbUse {
    if (this.#closing === undefined) return this.#use
    throw failure('CLOSED', action, undefined, 'the store is closed')
  }

  #writing(writes: readonly Waiting[]): LmdbUse {
    const use = this.#opened('write')
    if (!use.isWritable) throw failure('READ_ONLY', 'write', undefined, 'the store is read-only')
    if (writes.every(({ key }) => isKey(key))) return use
    throw failure('KEY_INVALID', 'write', undefined, `a key in LMDB has 1 to ${MAX_KEY} bytes`)
  }
}
