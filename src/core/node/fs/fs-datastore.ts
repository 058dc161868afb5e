import type { Stats } from 'node:fs'
import { BaseDatastore } from '../../base-datastore.ts'
import { assertBytes } from '../../bytes.ts'
import type { Capabilities } from '../../capabilities.ts'
import { MINIMAL } from '../../capabilities.ts'
import { stoppable } from '../../changes/stoppable.ts'
import type {
  Batch,
  CallOptions,
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
} from '../../datastore.ts'
import { failure, NotFoundError, throwIfAborted } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { pageLimit } from '../../list-page.ts'
import { checkPreconditions, refuseContradiction } from '../../preconditions.ts'
import { planOf } from '../../query/plan.ts'
import type { Query, QueryPlan } from '../../query/query.ts'
import { FsCalls } from './calls.ts'
import { Disk } from './disk/disk.ts'
import type { FsOptions } from './fs-options.ts'
import { checkOptions } from './fs-options.ts'
import type { LayoutName } from './layout.ts'
import { pageOfLevel } from './levels/level-cache.ts'
import { countValues, walkStore } from './levels/store-walk.ts'
import type { OpenFolder } from './open/open-folder.ts'
import { openFolder } from './open/open-folder.ts'
import { FolderGroup } from './sync/folder-sync.ts'
import { FlushedBatch, moveValue, ValuePuts } from './values/value-puts.ts'
import type { OpenValue } from './values/value-reader.ts'
import { statOf, streamValue } from './values/value-reader.ts'
import { ValueWriter } from './values/value-writer.ts'
import { StoreWatches } from './watch/tree-watch.ts'

export type { FsOptions } from './fs-options.ts'

/** Pages up to this many children tell the sizes of their values: each costs a look at its file. */
const MOST_SIZED = 500

/**
 * Bytes in files of a folder. A put is seen whole or not at all, by every process, even if this one is killed; calls
 * on one key take effect in call order, also between stores of this process on the same folder.
 *
 * Small operations (up to 64 KiB, and all that touch names alone) run on the calling thread: measured on a local disk, a
 * put of 1 KB takes some 60 µs and a get 20 µs that way, and several times as long through Node's thread pool. No turn of
 * the event loop gets more than 4 ms of them, and a kind of call that lately took more than 200 µs is left to the pool for
 * a while, as are large values, long listings and flushes always. With `inline: false` all of them go through the pool.
 */
export class FsDatastore extends BaseDatastore<Uint8Array> {
  /** The real path of the folder. */
  readonly path: string
  readonly layout: LayoutName
  readonly capabilities: Capabilities
  readonly #folder: OpenFolder
  readonly #calls: FsCalls
  readonly #puts: ValuePuts
  readonly #watches: StoreWatches

  private constructor(folder: OpenFolder, calls = new FsCalls(folder.shared.queue)) {
    super()
    this.#folder = folder
    this.#calls = calls
    this.#puts = new ValuePuts(folder, this.#calls)
    this.#watches = new StoreWatches(folder)
    this.path = folder.root
    this.layout = folder.files.layout.name
    this.capabilities = capabilitiesOf(folder)
  }

  /**
   * Opens a folder.
   * @param disk Makes the file operations; a test gives one of its own to see what failures do.
   * @throws DatastoreError `CONFIG_INVALID` where there is no such folder or it has another layout, `ACCESS_DENIED`, `IO`
   */
  static async open(path: string, options: FsOptions = {}, disk?: Disk): Promise<FsDatastore> {
    const checked = checkOptions(options)
    const own = checked.inline ? new Disk() : Disk.pooled()
    return new FsDatastore(await openFolder(path, checked, disk ?? own))
  }

  get(key: Key, options?: CallOptions): Promise<Uint8Array> {
    const checkAbort = (): void => throwIfAborted(options?.signal, 'get', key)
    return this.#calls.read('get', key, options, async () => {
      const value = await this.#open(key)
      try {
        return await this.#folder.reader.readWhole(value, checkAbort)
      } finally {
        await this.#folder.files.disk.close(value.fd)
      }
    })
  }

  async *getStream(key: Key, options: RangeOptions = {}): AsyncIterable<Uint8Array> {
    const value = await this.#calls.read('get', key, options, () => this.#open(key))
    yield* streamValue(this.#folder.files.disk, key, value, options)
  }

  put(key: Key, value: ValueSource<Uint8Array>, options?: PutOptions): Promise<PutResult> {
    return this.#calls.run('put', key, options, async () => {
      this.#assertWritable('put', key)
      refuseContradiction(options)
      assertBytes(value)
      return value instanceof Uint8Array
        ? this.#puts.bytes(key, new Uint8Array(value), options)
        : this.#puts.stream(key, value, options)
    })
  }

  delete(key: Key, options: DeleteOptions = {}): Promise<void> {
    const { places, reader, writer, shared } = this.#folder
    return this.#write('delete', [key], options, async () => {
      const place = await places.of(key)
      const current = place && (await reader.stat(place))
      if (options.ifMatch !== undefined) {
        checkPreconditions('delete', key, current && statOf(current), { ifMatch: options.ifMatch })
      }
      const own = current === undefined ? undefined : await places.ownOf(key)
      const isGone = own !== undefined && (await shared.changes.remove(key, own, () => writer.unlink(own)))
      if (!isGone && options.missingOk !== true) throw new NotFoundError('delete', key)
    })
  }

  has(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#calls.read('look up', key, options, async () => (await this.#look(key)) !== undefined)
  }

  stat(key: Key, options?: CallOptions): Promise<Stat> {
    return this.#calls.read('stat', key, options, async () => {
      const stats = await this.#look(key)
      if (stats === undefined) throw new NotFoundError('stat', key)
      return statOf(stats)
    })
  }

  rename(from: Key, to: Key, options: RenameOptions = {}): Promise<void> {
    const keys: readonly [Key, ...Key[]] = from.equals(to) ? [from] : [from, to]
    return this.#write('rename', keys, options, async () => {
      const current = await this.#look(from)
      if (current === undefined) throw new NotFoundError('rename', from)
      if (keys.length > 1) await moveValue(this.#folder, from, to, current, options.replace !== false)
    })
  }

  list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    const { levels, sizes } = this.#folder
    return this.#calls.run('list', prefix, options, () =>
      this.#calls.inSlot(async () => {
        const limit = pageLimit(options)
        const page = pageOfLevel(await levels.read(prefix), prefix, options)
        return limit > MOST_SIZED ? page : { ...page, children: await sizes.withSizes(page.children) }
      }),
    )
  }

  stats(options?: CallOptions): Promise<StoreStats> {
    return this.#calls.run('count', undefined, options, () =>
      countValues(this.#folder, () => throwIfAborted(options?.signal, 'count')),
    )
  }

  /** Flushes all that was written through this store, be it below `prefix` or not. */
  override sync(_prefix?: Key, options?: CallOptions): Promise<void> {
    return this.#calls.run('sync', undefined, options, () =>
      this.#folder.files.syncLog.flush(async visit => {
        await walkStore(this.#folder, async (places, folder) => {
          throwIfAborted(options?.signal, 'sync')
          await visit(folder, places)
        })
      }),
    )
  }

  /**
   * What is changed through this store, by others in this process and by other programs. A link that is followed is no
   * place of its own: a change of what it leads to is told under that place.
   */
  override watch(prefix: Key, options: CallOptions = {}): AsyncIterable<Change> {
    return stoppable(signal => {
      this.#calls.assertOpen('watch', prefix)
      throwIfAborted(signal, 'watch', prefix)
      return this.#watches.read(prefix, signal)
    }, options.signal)
  }

  /** With `durability: 'full'` the commit flushes each folder once, after the last operation. */
  override batch(): Batch<Uint8Array> {
    if (this.#folder.files.durability !== 'full') return super.batch()
    const group = new FolderGroup(this.#folder.files.folderSync)
    const files = { ...this.#folder.files, folderSync: group }
    const folder = { ...this.#folder, files, writer: new ValueWriter(files) }
    return new FlushedBatch(new FsDatastore(folder, this.#calls), group)
  }

  override explainQuery(query: Query): QueryPlan {
    return planOf('fs', query, clause => !clause.endsWith('.value'))
  }

  close(): Promise<void> {
    const watches = this.#watches.close()
    return this.#calls.close(async () => {
      await watches
      await this.#folder.release()
    })
  }

  #write(
    action: string,
    keys: readonly [Key, ...Key[]],
    options: CallOptions,
    work: () => Promise<void>,
  ): Promise<void> {
    return this.#calls.run(action, keys[0], options, async () => {
      this.#assertWritable(action, keys[0])
      return this.#calls.inTurn(action, keys, options, () => this.#calls.inSlot(work))
    })
  }

  #assertWritable(action: string, key: Key): void {
    if (this.#folder.readOnly) throw failure('READ_ONLY', action, key, 'the store is read-only')
  }

  async #open(key: Key): Promise<OpenValue> {
    const place = await this.#folder.places.of(key)
    const value = place && (await this.#folder.reader.open(place))
    if (value === undefined) throw new NotFoundError('get', key)
    return value
  }

  async #look(key: Key): Promise<Stats | undefined> {
    const place = await this.#folder.places.of(key)
    return place && this.#folder.reader.stat(place)
  }
}

function capabilitiesOf({ files, readOnly }: OpenFolder): Capabilities {
  return {
    ...MINIMAL,
    writable: !readOnly,
    read: { range: true, stream: true, etag: 'version' },
    write: { ifAbsent: 'process', ifMatch: 'process', stream: true, ttl: false },
    remove: { ifMatch: 'process' },
    rename: 'atomic',
    list: 'level',
    // Names, sizes and times are at hand; conditions on values read all of them.
    query: 'partial',
    watch: 'all',
    durable: files.durability === 'full',
    persistent: true,
  }
}
