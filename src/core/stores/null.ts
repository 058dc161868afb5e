import { BaseDatastore } from '../base-datastore.ts'
import { assertBytes, chunksOf } from '../bytes.ts'
import { MINIMAL } from '../capabilities.ts'
import { Lifecycle } from '../concurrency/lifecycle.ts'
import type {
  ByteSource,
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
} from '../datastore.ts'
import { NotFoundError, throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'
import { pageLimit } from '../list-page.ts'
import { checkPreconditions, refuseContradiction, refuseRoot } from '../preconditions.ts'

/** Accepts every value and keeps none: each key is absent, always. For tests, and to measure what is above it. */
export class NullDatastore extends BaseDatastore<Uint8Array> {
  readonly capabilities: Capabilities = {
    ...MINIMAL,
    read: { range: true, stream: true, etag: 'version' },
    write: { ifAbsent: 'everyone', ifMatch: 'everyone', stream: true, ttl: false },
    remove: { ifMatch: 'everyone' },
    list: 'seek',
    batch: 'atomic',
    rename: 'atomic',
  }
  readonly #lifecycle = new Lifecycle()

  async get(key: Key, options?: CallOptions): Promise<Uint8Array> {
    this.#enter('get', key, options)
    throw new NotFoundError('get', key)
  }

  async *getStream(key: Key, options?: RangeOptions): AsyncIterable<Uint8Array> {
    this.#enter('get', key, options)
    throw new NotFoundError('get', key)
  }

  async put(key: Key, value: ValueSource<Uint8Array>, options?: PutOptions): Promise<PutResult> {
    this.#enter('put', key, options)
    refuseRoot('put', key)
    refuseContradiction(options)
    assertBytes(value)
    return this.#lifecycle.run('put', key, async () => {
      if (!(value instanceof Uint8Array)) await drain(value, key, options?.signal)
      checkPreconditions('put', key, undefined, options ?? {})
      return { etag: 'null' }
    })
  }

  async delete(key: Key, options?: DeleteOptions): Promise<void> {
    this.#enter('delete', key, options)
    checkPreconditions('delete', key, undefined, { ifMatch: options?.ifMatch })
    if (options?.missingOk !== true) throw new NotFoundError('delete', key)
  }

  async has(key: Key, options?: CallOptions): Promise<boolean> {
    this.#enter('look up', key, options)
    return false
  }

  async stat(key: Key, options?: CallOptions): Promise<Stat> {
    this.#enter('stat', key, options)
    throw new NotFoundError('stat', key)
  }

  async rename(from: Key, _to: Key, options?: RenameOptions): Promise<void> {
    this.#enter('rename', from, options)
    throw new NotFoundError('rename', from)
  }

  async list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    this.#enter('list', prefix, options)
    pageLimit(options)
    return { children: [], total: 0 }
  }

  async stats(options?: CallOptions): Promise<StoreStats> {
    this.#enter('count', undefined, options)
    return { entries: 0, bytes: 0, accuracy: 'exact' }
  }

  close(): Promise<void> {
    return this.#lifecycle.close()
  }

  #enter(action: string, key: Key | undefined, options: CallOptions | undefined): void {
    this.#lifecycle.assertOpen(action, key)
    throwIfAborted(options?.signal, action, key)
  }
}

async function drain(source: ByteSource, key: Key, signal: AbortSignal | undefined): Promise<void> {
  const chunks = chunksOf(source, key, signal)[Symbol.asyncIterator]()
  while ((await chunks.next()).done !== true);
}
