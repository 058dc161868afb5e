import type { CallOptions, ListOptions, ListPage, Stat } from '../datastore.ts'
import { NotFoundError } from '../errors.ts'
import type { Key } from '../key.ts'
import { pageLimit } from '../list-page.ts'
import { Call } from './call.ts'
import type { OpenStore } from './open-store.ts'

/** What the query engine reads of a store. */
export class StoreQuerySource {
  readonly #store: OpenStore

  constructor(store: OpenStore) {
    this.#store = store
  }

  async list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    return this.#store.list(prefix, Call.from({ ...options, limit: pageLimit(options) }))
  }

  async has(key: Key, options: CallOptions = {}): Promise<boolean> {
    return this.#store.has(key, Call.from(options))
  }

  async stat(key: Key, options: CallOptions = {}): Promise<Stat> {
    const stat = await this.#store.stat(key, Call.from(options))
    if (stat === undefined) throw new NotFoundError('stat', key)
    return stat
  }

  async get(key: Key, options: CallOptions = {}): Promise<Uint8Array> {
    const found = await this.#store.read(key, Call.from(options))
    if (found === undefined) throw new NotFoundError('get', key)
    return found.shared ? new Uint8Array(found.bytes) : found.bytes
  }
}
