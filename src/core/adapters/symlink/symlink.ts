import { BaseDatastore } from '../../base-datastore.ts'
import { ownCopy } from '../../bytes.ts'
import { weakestOf } from '../../capabilities.ts'
import { CallGate } from '../../concurrency/call-gate.ts'
import type {
  BinaryDatastore,
  CallOptions,
  Capabilities,
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
import { DatastoreError } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { withoutSizes } from '../../list-page.ts'
import { planOf } from '../../query/plan.ts'
import type { Query, QueryPlan } from '../../query/query.ts'
import { streamFromFirst } from '../../stream-from-first.ts'
import { closeAll, statsOfParts } from '../combine.ts'
import { mergeLevel } from '../merge-level.ts'
import { LinkCalls } from './link-calls.ts'
import { LinkChanges, type LinkOptions } from './link-changes.ts'
import { LinkRecords } from './link-records.ts'

/** What a symlink store needs besides the values. */
export interface SymlinkOptions {
  /**
   * Where the links are kept: a store that holds nothing else, so that no value is ever taken for a link and no key of
   * the store beside it is out of reach. It may be a `NamespaceDatastore` of any other store.
   */
  readonly links: BinaryDatastore
}

/**
 * Values under more names than one. A link is followed by every call but `delete`, `rename`, `link` and `readLink`,
 * which are about the link itself. It is listed, counted and queried like a value, and may lead nowhere yet: then a
 * read is `NOT_FOUND`, and a `put` makes the value that it leads to. Calls by any name of a value take effect in call
 * order. A value that was put beside this store under the name of a link hides the link.
 */
export class SymlinkDatastore extends BaseDatastore<Uint8Array> {
  readonly #store: BinaryDatastore
  readonly #links: LinkRecords
  readonly #calls: LinkCalls
  readonly #changes: LinkChanges
  readonly #gate = new CallGate()

  /** @throws DatastoreError `CONFIG_INVALID` when links and values would share a store. */
  constructor(store: BinaryDatastore, { links }: SymlinkOptions) {
    super()
    if (links === store) {
      throw new DatastoreError(
        'CONFIG_INVALID',
        'Cannot open a symlink store: its links need a store of their own, such as a namespace of another one',
      )
    }
    this.#store = store
    this.#links = new LinkRecords(links)
    this.#calls = new LinkCalls(store, this.#links)
    this.#changes = new LinkChanges(store, this.#links, this.#calls)
  }

  get capabilities(): Capabilities {
    const values = this.#store.capabilities
    const both = weakestOf([values, this.#links.store.capabilities])
    return { ...both, read: values.read, write: values.write, writable: values.writable, watch: 'none' }
  }

  /**
   * Makes `from` a link to `to`, which need not exist. A link that is there is replaced unless `replace` is false.
   * @throws DatastoreError `ALREADY_EXISTS` where there is a value, `CONFLICT` naming the keys for a circle of links.
   */
  link(from: Key, to: Key, options: LinkOptions = {}): Promise<void> {
    return this.#gate.run('link', from, options, () => this.#changes.link(from, to, options))
  }

  /** Where the link at `key` leads, one step; `undefined` where there is no link. */
  readLink(key: Key, options: CallOptions = {}): Promise<Key | undefined> {
    return this.#gate.run('read the link', key, options, () =>
      this.#calls.read('read the link', key, options),
    )
  }

  get(key: Key, options: CallOptions = {}): Promise<Uint8Array> {
    return this.#follow('get', key, options, target => this.#store.get(target, options))
  }

  getStream(key: Key, options: RangeOptions = {}): AsyncIterable<Uint8Array> {
    return this.#gate.readStream('get', key, options, () => this.#stream(key, options))
  }

  put(key: Key, value: ValueSource<Uint8Array>, options: PutOptions = {}): Promise<PutResult> {
    // The bytes are the caller's again as soon as this returns.
    const kept = ownCopy(value)
    return this.#follow('put', key, options, target => this.#store.put(target, kept, options))
  }

  has(key: Key, options: CallOptions = {}): Promise<boolean> {
    return this.#follow('look up', key, options, target => this.#store.has(target, options))
  }

  /** Of the value that a link leads to. */
  stat(key: Key, options: CallOptions = {}): Promise<Stat> {
    return this.#follow('stat', key, options, target => this.#store.stat(target, options))
  }

  /** Removes a link, never what it leads to. `ifMatch` is judged by the value seen through the link. */
  delete(key: Key, options: DeleteOptions = {}): Promise<void> {
    return this.#gate.run('delete', key, options, () => this.#changes.delete(key, options))
  }

  /**
   * Renames a link as a link. A link at `to` is replaced, not followed.
   * @throws DatastoreError `CONFLICT` when the renamed link would lead to itself.
   */
  rename(from: Key, to: Key, options: RenameOptions = {}): Promise<void> {
    return this.#gate.run('rename', from, options, () => this.#changes.rename(from, to, options))
  }

  list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    return this.#gate.run('list', prefix, options, () =>
      mergeLevel([this.#store, { list: this.#listLinks }], prefix, options),
    )
  }

  override explainQuery(query: Query): QueryPlan {
    const isNative = this.capabilities.query === 'native'
    return planOf('symlink', query, () => isNative)
  }

  /** Links count as entries; the bytes are those of the values. */
  stats(options?: CallOptions): Promise<StoreStats> {
    const links = { stats: async () => ({ ...(await this.#links.store.stats(options)), bytes: 0 }) }
    return this.#gate.run('count', undefined, options, () => statsOfParts([this.#store, links], options))
  }

  /** Syncs everything: links lead anywhere. */
  override sync(_prefix?: Key, options?: CallOptions): Promise<void> {
    return this.#gate.run('sync', undefined, options, async () => {
      await Promise.all([this.#store.sync(undefined, options), this.#links.store.sync(undefined, options)])
    })
  }

  close(): Promise<void> {
    return this.#gate.close(() => closeAll([this.#store, this.#links.store]))
  }

  #follow<T>(action: string, key: Key, options: CallOptions, work: (target: Key) => Promise<T>): Promise<T> {
    return this.#gate.run(action, key, options, () => this.#calls.follow(action, key, options, work))
  }

  async *#stream(key: Key, options: RangeOptions): AsyncIterable<Uint8Array> {
    const { first, chunks } = await this.#calls.follow('get', key, options, async target => {
      const chunks = this.#store.getStream(target, options)[Symbol.asyncIterator]()
      // The first pull is what puts the stream in call order below.
      return { first: await chunks.next(), chunks }
    })
    yield* streamFromFirst(first, chunks)
  }

  /** The sizes of link records are not those of the values that they lead to. */
  readonly #listLinks = async (prefix: Key, options?: ListOptions): Promise<ListPage> =>
    withoutSizes(await this.#links.store.list(prefix, options))
}

/** Lets keys of `store` be links to others; the links are kept in a store of their own. Closes both. */
export function symlink(store: BinaryDatastore, options: SymlinkOptions): SymlinkDatastore {
  return new SymlinkDatastore(store, options)
}
