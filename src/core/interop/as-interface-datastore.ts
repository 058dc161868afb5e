import type { Batch as InterfaceBatch, Key as InterfaceKey, Pair as InterfacePair } from 'interface-datastore'
import type { BinaryDatastore, CallOptions } from '../datastore.ts'
import { Key } from '../key.ts'
import { fromInterfaceKey, toInterfaceKey } from './from-interface-datastore.ts'

interface InterfaceQuery<Item> {
  prefix?: string
  filters?: ((item: Item) => boolean)[]
  orders?: ((a: Item, b: Item) => -1 | 0 | 1)[]
  limit?: number
  offset?: number
}

/**
 * A Strata store for programs written against `interface-datastore` 10 (js-stores). It differs from stores of that
 * family where their behaviour is a defect: several orders apply in the order listed, a batch in the order written.
 */
class InterfaceDatastore {
  readonly #store: BinaryDatastore

  constructor(store: BinaryDatastore) {
    this.#store = store
  }

  /** The store is already open. Programs of that family call this first, if it exists. */
  async open(): Promise<void> {}

  /** Closes the store below. */
  close(): Promise<void> {
    return this.#store.close()
  }

  async put(key: InterfaceKey, value: Uint8Array, options?: CallOptions): Promise<InterfaceKey> {
    await this.#store.put(fromInterfaceKey(key), value, options)
    return key
  }

  get(key: InterfaceKey, options?: CallOptions): Promise<Uint8Array> {
    return this.#store.get(fromInterfaceKey(key), options)
  }

  has(key: InterfaceKey, options?: CallOptions): Promise<boolean> {
    return this.#store.has(fromInterfaceKey(key), options)
  }

  /** In that family, deleting an absent key succeeds. */
  delete(key: InterfaceKey, options?: CallOptions): Promise<void> {
    return this.#store.delete(fromInterfaceKey(key), { ...options, missingOk: true })
  }

  async *putMany(
    pairs: Iterable<InterfacePair> | AsyncIterable<InterfacePair>,
    options?: CallOptions,
  ): AsyncGenerator<InterfaceKey> {
    for await (const { key, value } of pairs) yield await this.put(key, value, options)
  }

  async *getMany(
    keys: Iterable<InterfaceKey> | AsyncIterable<InterfaceKey>,
    options?: CallOptions,
  ): AsyncGenerator<InterfacePair> {
    for await (const key of keys) yield { key, value: await this.get(key, options) }
  }

  async *deleteMany(
    keys: Iterable<InterfaceKey> | AsyncIterable<InterfaceKey>,
    options?: CallOptions,
  ): AsyncGenerator<InterfaceKey> {
    for await (const key of keys) {
      await this.delete(key, options)
      yield key
    }
  }

  batch(): InterfaceBatch {
    const batch = this.#store.batch()
    return {
      put: (key, value) => void batch.put(fromInterfaceKey(key), value),
      delete: key => void batch.delete(fromInterfaceKey(key)),
      commit: options => batch.commit(options),
    }
  }

  async *query(query: InterfaceQuery<InterfacePair>, options?: CallOptions): AsyncGenerator<InterfacePair> {
    yield* answered(this.#pairs(query.prefix, options), query)
  }

  async *queryKeys(query: InterfaceQuery<InterfaceKey>, options?: CallOptions): AsyncGenerator<InterfaceKey> {
    yield* answered(this.#keys(query.prefix, options), query)
  }

  async *#pairs(prefix: string | undefined, options?: CallOptions): AsyncIterable<InterfacePair> {
    const query = { prefix: levelOf(prefix) }
    for await (const { key, value } of this.#store.query(query, { ...options, scan: true })) {
      if (value !== undefined && startsWith(key, prefix)) yield { key: toInterfaceKey(key), value }
    }
  }

  async *#keys(prefix: string | undefined, options?: CallOptions): AsyncIterable<InterfaceKey> {
    const query = { prefix: levelOf(prefix), keysOnly: true }
    for await (const { key } of this.#store.query(query, { ...options, scan: true })) {
      if (startsWith(key, prefix)) yield toInterfaceKey(key)
    }
  }
}

/**
 * A Strata store as a store of the `interface-datastore` family. It passes the whole suite of
 * `interface-datastore-tests`.
 */
export function asInterfaceDatastore(store: BinaryDatastore): InterfaceDatastore {
  return new InterfaceDatastore(store)
}

/** Prefixes are plain text there: `/a` selects `/ab` too, so the walk begins one level above the last segment. */
function levelOf(prefix = '/'): string {
  return Key.parse(prefix.slice(0, prefix.lastIndexOf('/') + 1)).toString()
}

function startsWith(key: Key, prefix = '/'): boolean {
  return key.toString().startsWith(prefix)
}

async function* answered<Item>(items: AsyncIterable<Item>, query: InterfaceQuery<Item>): AsyncIterable<Item> {
  const { filters = [], orders = [], offset = 0, limit = Infinity } = query
  const filtered = where(items, item => filters.every(filter => filter(item)))
  const ordered = orders.length === 0 ? filtered : await sorted(filtered, orders)
  let index = 0
  for await (const item of ordered) {
    if (index >= offset + limit) return
    if (index++ >= offset) yield item
  }
}

async function* where<Item>(items: AsyncIterable<Item>, test: (item: Item) => boolean): AsyncIterable<Item> {
  for await (const item of items) if (test(item)) yield item
}

async function sorted<Item>(
  items: AsyncIterable<Item>,
  orders: readonly ((a: Item, b: Item) => -1 | 0 | 1)[],
): Promise<readonly Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all.sort((a, b) => orders.map(order => order(a, b)).find(sign => sign !== 0) ?? 0)
}
