import { failure } from '../../../errors.ts'
import type { Maybe } from '../../../open/call.ts'
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
import type { InlineBudget } from '../../fs/disk.ts'
import { levelFailure } from './failures.ts'
import { levelRows, plainBytes } from './level-rows.ts'
import type { Level, LevelWrites } from './level-writes.ts'

/** The parts of an open folder that a driver uses, perhaps together with other drivers. */
export interface LevelUse {
  readonly writes: LevelWrites
  /** Identifies the folder. */
  readonly id: string
  readonly isWritable: boolean
  readonly budget: InlineBudget
  release(): Promise<void>
}

/** LevelDB, in a folder that only this process has open. */
export class LevelDriver implements OrderedDriver {
  readonly info: DriverInfo
  readonly capabilities: DriverCapabilities
  readonly #use: LevelUse
  readonly #level: Level
  readonly #writes: LevelWrites
  #closing: Promise<void> | undefined

  constructor(use: LevelUse) {
    this.#use = use
    this.#writes = use.writes
    this.#level = use.writes.level
    const { id, isWritable } = use
    this.info = { kind: 'leveldb', id, readAhead: 64, maxRows: 2000, text: false, columns: false }
    this.capabilities = {
      writable: isWritable,
      conditions: 'process',
      commit: { most: Number.POSITIVE_INFINITY, ranges: true },
      durable: true,
      parts: false,
      shared: false,
    }
  }

  get(key: Uint8Array): Maybe<Row | undefined> {
    this.#assertOpen('get')
    const { budget } = this.#use
    if (budget.allows('get')) return budget.run('get', () => this.#writes.getNow(key))
    return this.#level.get(key).then(
      value => value && { key, value: plainBytes(value) },
      (error: unknown) => {
        throw levelFailure('get', error)
      },
    )
  }

  write(write: Write, durable: boolean): Promise<Outcome> {
    this.#assertOpen('write')
    return this.#writes.write(write, durable, this)
  }

  async commit(
    checks: readonly Check[],
    writes: readonly Omit<Write, 'expect'>[],
    durable: boolean,
  ): Promise<boolean> {
    this.#assertOpen('write')
    return this.#writes.commit(checks, writes, durable, this, range => levelRows(this.#level, range))
  }

  async range(range: Range): Promise<readonly Row[]> {
    this.#assertOpen('read a range')
    return levelRows(this.#level, range)
  }

  async bytesOf({ from, to }: Pick<Range, 'from' | 'to'>): Promise<number> {
    this.#assertOpen('count')
    try {
      return await this.#level.approximateSize(from, to)
    } catch (error) {
      throw levelFailure('count', error)
    }
  }

  changes(listener: (change: OthersChange) => void): () => void {
    return this.#writes.listen(this, listener)
  }

  async sync(): Promise<void> {
    this.#assertOpen('sync')
    await this.#writes.sync()
  }

  close(): Promise<void> {
    this.#closing ??= this.#use.release()
    return this.#closing
  }

  #assertOpen(action: string): void {
    if (this.#closing !== undefined) throw failure('CLOSED', action, undefined, 'the store is closed')
  }
}
