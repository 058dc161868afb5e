import type { CallOptions, ListOptions, ListPage, Stat } from '../datastore.ts'
import { NotFoundError } from '../errors.ts'
import type { Key } from '../key.ts'
import { pageLimit } from '../list-page.ts'
import { Call, type GivenOptions } from './call.ts'
import type { OpenStore } from './open-store.ts'
import { copyOf } from './payload.ts'
import type { Found } from './store.ts'

/** The calls that the query engine needs of a store. */
export class StoreQuerySource {
  readonly #store: OpenStore
  readonly #isInFlight: boolean

  /**
   * @param isInFlight Whether the query is counted as in flight in this store, so that it is completed after `close`
   * was called.
   */
  constructor(store: OpenStore, isInFlight = false) {
    this.#store = store
    this.#isInFlight = isInFlight
  }

  async list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    return this.#store.list(prefix, this.#callOf({ ...options, limit: pageLimit(options) }))
  }

  async has(key: Key, options: CallOptions = {}): Promise<boolean> {
    return this.#store.has(key, this.#callOf(options))
  }

  async stat(key: Key, options: CallOptions = {}): Promise<Stat> {
    const stat = await this.#store.stat(key, this.#callOf(options))
    if (stat === undefined) throw new NotFoundError('stat', key)
    return stat
  }

  async get(key: Key, options?: CallOptions): Promise<Uint8Array> {
    const found = await this.find(key, options)
    return found.shared ? copyOf(found.bytes) : found.bytes
  }

  async find(key: Key, options: CallOptions = {}): Promise<Found> {
    const found = await this.#store.read(key, this.#callOf(options))
    if (found === undefined) throw new NotFoundError('get', key)
    return found
  }

  #callOf(options: GivenOptions): Call {
    const call = Call.from(options)
    return this.#isInFlight ? call.partIn(this.#store) : call
  }
}
