import { BaseDatastore } from '../../../src/core/base-datastore.ts'
import type {
  CallOptions,
  Capabilities,
  Change,
  DeleteOptions,
  ListOptions,
  ListPage,
  PutOptions,
  PutResult,
  RenameOptions,
  Stat,
  StoreStats,
} from '../../../src/core/datastore.ts'
import { failure } from '../../../src/core/errors.ts'
import type { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** The least object store there can be: JSON in memory, queried by scanning. */
export class ObjectStore extends BaseDatastore<Json> {
  readonly below = new MemoryDatastore()

  get capabilities(): Capabilities {
    const { capabilities } = this.below
    return {
      ...capabilities,
      objects: true,
      query: 'scan',
      read: { ...capabilities.read, stream: false },
      write: { ...capabilities.write, stream: false },
    }
  }

  async get(key: Key, options?: CallOptions): Promise<Json> {
    return JSON.parse(new TextDecoder().decode(await this.below.get(key, options))) as Json
  }

  async *getStream(key: Key): AsyncIterable<Uint8Array> {
    throw failure('UNSUPPORTED', 'stream', key, 'an object has no bytes')
  }

  put(key: Key, value: Json, options?: PutOptions): Promise<PutResult> {
    return this.below.put(key, new TextEncoder().encode(JSON.stringify(value)), options)
  }

  delete(key: Key, options?: DeleteOptions): Promise<void> {
    return this.below.delete(key, options)
  }

  has(key: Key, options?: CallOptions): Promise<boolean> {
    return this.below.has(key, options)
  }

  stat(key: Key, options?: CallOptions): Promise<Stat> {
    return this.below.stat(key, options)
  }

  rename(from: Key, to: Key, options?: RenameOptions): Promise<void> {
    return this.below.rename(from, to, options)
  }

  list(prefix: Key, options?: ListOptions): Promise<ListPage> {
    return this.below.list(prefix, options)
  }

  stats(options?: CallOptions): Promise<StoreStats> {
    return this.below.stats(options)
  }

  override sync(prefix?: Key, options?: CallOptions): Promise<void> {
    return this.below.sync(prefix, options)
  }

  override watch(prefix: Key, options?: CallOptions): AsyncIterable<Change> {
    return this.below.watch(prefix, options)
  }

  close(): Promise<void> {
    return this.below.close()
  }
}
