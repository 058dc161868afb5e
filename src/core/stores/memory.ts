import { BaseDatastore } from '../base-datastore.ts'
import { assertBytes, piecesOf } from '../bytes.ts'
import { MINIMAL } from '../capabilities.ts'
import { Lifecycle } from '../concurrency/lifecycle.ts'
import { WriteQueue } from '../concurrency/write-queue.ts'
import type {
  CallOptions,
  Capabilities,
  Change,
  DeleteOptions,
  ListOptions,
  ListPage,
  PutOptions,
  PutResult,
  RangeOptions,
  RenameOptions,
  Stat,
  StoreStats,
  ValueSource,
} from '../datastore.ts'
import { NotFoundError, throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'
import { checkPreconditions, refuseContradiction, refuseRoot } from '../preconditions.ts'
import { planOf } from '../query/plan.ts'
import type { Query, QueryPlan } from '../query/query.ts'
import { collectKept } from './retention/collect-kept.ts'
import { type MemoryOptions, ValueTable, type Version } from './value-table.ts'

export type { MemoryOptions } from './value-table.ts'

/**
 * Bytes in the memory of this process. Everything is exact, ordered and seekable; nothing survives. With limits it is
 * a cache: it gives up values to stay within them, and reads a stream no further once it is too large to be kept.
 */
export class MemoryDatastore extends BaseDatastore<Uint8Array> {
  readonly capabilities: Capabilities = {
    ...MINIMAL,
    read: { range: true, stream: true, etag: 'version' },
    write: { ifAbsent: 'everyone', ifMatch: 'everyone', stream: true, ttl: false },
    remove: { ifMatch: 'everyone' },
    query: 'native',
    list: 'seek',
    watch: 'own',
    rename: 'atomic',
  }
  readonly #values: ValueTable
  readonly #lifecycle = new Lifecycle()
  readonly #queue = new WriteQueue()

  /** @throws DatastoreError `CONFIG_INVALID` for a limit that is no number from 0 up. */
  constructor(options: MemoryOptions = {}) {
    super()
    this.#values = new ValueTable(options)
  }

  async get(key: Key, options?: CallOptions): Promise<Uint8Array> {
    return this.#whenRead('get', key, options, () => this.#held('get', key).bytes.slice())
  }

  async *getStream(key: Key, options: RangeOptions = {}): AsyncIterable<Uint8Array> {
    const { bytes } = await this.#whenRead('get', key, options, () => this.#held('get', key))
    yield* piecesOf(bytes, key, options)
  }

  async put(key: Key, value: ValueSource<Uint8Array>, options?: PutOptions): Promise<PutResult> {
    this.#enter('put', key, options)
    refuseRoot('put', key)
    refuseContradiction(key, options)
    assertBytes(value, key)
    if (value instanceof Uint8Array) {
      const bytes = this.#values.copyToKeep(value)
      return this.#whenWritten('put', [key], options, () => this.#write(key, bytes, options))
    }
    return this.#lifecycle.run('put', key, () =>
      this.#queue.write([key], async () => {
        const canKeep = (size: number) => this.#values.canKeep(size)
        const { bytes, size } = await collectKept(value, key, options?.signal, canKeep)
        throwIfAborted(options?.signal, 'put', key)
        return this.#write(key, bytes, options, size)
      }),
    )
  }

  async delete(key: Key, options?: DeleteOptions): Promise<void> {
    return this.#whenWritten('delete', [key], options, () => {
      const version = this.#values.find(key)
      if (options?.ifMatch !== undefined)
        checkPreconditions('delete', key, version, { ifMatch: options.ifMatch })
      if (version !== undefined) this.#values.remove(key)
      else if (options?.missingOk !== true) throw new NotFoundError('delete', key)
    })
  }

  async has(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#whenRead('look up', key, options, () => this.#values.find(key) !== undefined)
  }

  async stat(key: Key, options?: CallOptions): Promise<Stat> {
    return this.#whenRead('stat', key, options, () => this.#values.statOf(key, this.#held('stat', key)))
  }

  async rename(from: Key, to: Key, options: RenameOptions = {}): Promise<void> {
    refuseRoot('rename to', to)
    return this.#whenWritten('rename', [from, to], options, () => {
      const version = this.#held('rename', from)
      if (from.equals(to)) return
      checkPreconditions('rename', to, this.#values.find(to), { replace: options.replace })
      // First, so that no value has to go for a value that is there already.
      this.#values.remove(from)
      this.#values.store(to, version.bytes)
    })
  }

  async list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    this.#enter('list', prefix, options)
    return this.#values.list(prefix, options)
  }

  async stats(options?: CallOptions): Promise<StoreStats> {
    this.#enter('count', undefined, options)
    return this.#values.stats()
  }

  override explainQuery(query: Query): QueryPlan {
    return planOf('MemoryDatastore', query, () => true)
  }

  override async sync(_prefix?: Key, options?: CallOptions): Promise<void> {
    this.#enter('sync', undefined, options)
  }

  /** What is put, deleted, and given up for room or for age. */
  override watch(prefix: Key, options: CallOptions = {}): AsyncIterable<Change> {
    return this.#values.changes.watch(prefix, options, () => this.#enter('watch', prefix, options))
  }

  close(): Promise<void> {
    this.#values.changes.close()
    return this.#lifecycle.close()
  }

  #enter(action: string, key: Key | undefined, options: CallOptions | undefined): void {
    this.#lifecycle.assertOpen(action, key)
    throwIfAborted(options?.signal, action, key)
  }

  /** Reads at once where nothing is being written, else in turn. */
  #whenRead<T>(action: string, key: Key, options: CallOptions | undefined, work: () => T): T | Promise<T> {
    this.#enter(action, key, options)
    if (this.#queue.isIdle) return work()
    return this.#lifecycle.run(action, key, () =>
      this.#queue.read(key, async () => {
        throwIfAborted(options?.signal, action, key)
        return work()
      }),
    )
  }

  #whenWritten<T>(
    action: string,
    keys: readonly [Key, ...Key[]],
    options: CallOptions | undefined,
    work: () => T,
  ): T | Promise<T> {
    const [key] = keys
    this.#enter(action, key, options)
    if (this.#queue.isIdle) return work()
    return this.#lifecycle.run(action, key, () =>
      this.#queue.write(keys, async () => {
        throwIfAborted(options?.signal, action, key)
        return work()
      }),
    )
  }

  #held(action: string, key: Key): Version {
    const version = this.#values.find(key)
    if (version === undefined) throw new NotFoundError(action, key)
    this.#values.used(key)
    return version
  }

  /** @param size Of the value, which is more than its bytes where it was too large to be collected. */
  #write(key: Key, bytes: Uint8Array, options: PutOptions | undefined, size?: number): PutResult {
    if (options !== undefined) checkPreconditions('put', key, this.#values.find(key), options)
    // The version itself holds the bytes, which are the store's own.
    const { etag } = this.#values.store(key, bytes, size)
    return { etag }
  }
}
