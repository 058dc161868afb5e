import { piecesOf } from '../bytes.ts'
import { type Capabilities, MINIMAL } from '../capabilities.ts'
import type { Change, ListPage, Stat, StoreStats } from '../datastore.ts'
import type { Key } from '../key.ts'
import { listOptionsOf } from '../list-page.ts'
import type { Call, Maybe } from '../open/call.ts'
import { statOf } from '../open/completion.ts'
import { Datastore } from '../open/datastore.ts'
import { etagSourceOf, idInProcess } from '../open/identity.ts'
import type { Payload } from '../open/payload.ts'
import { checkConditions } from '../open/refusals.ts'
import type {
  ByteStream,
  Found,
  Moved,
  Removed,
  Store,
  StoreInfo,
  StoreTransaction,
  Written,
} from '../open/store.ts'
import { MemoryTransaction } from './memory-transaction.ts'
import { collectKept } from './retention/retention.ts'
import { type MemoryOptions, ValueTable } from './value-table.ts'

export type { MemoryOptions } from './value-table.ts'

/**
 * Bytes in the memory of this process. Everything is exact, ordered and seekable; nothing is persistent. With limits it
 * is a cache: it evicts values to stay within them, and stops reading a stream that is too large to be kept.
 */
export class MemoryStore implements Store {
  readonly info: StoreInfo = { kind: 'memory', id: idInProcess('memory') }
  readonly capabilities: Capabilities = {
    ...MINIMAL,
    read: { range: true, stream: true, etag: 'version' },
    write: { ifAbsent: 'everyone', ifMatch: 'everyone', stream: true, ttl: true },
    remove: { ifMatch: 'everyone' },
    rename: 'atomic',
    transaction: 'serializable',
    list: 'seek',
    query: 'native',
    watch: 'own',
  }
  readonly lent = true
  readonly #values: ValueTable
  readonly #copy = (bytes: Uint8Array): Uint8Array => this.#values.copyToKeep(bytes)

  /** @throws DatastoreError `CONFIG_INVALID` for a limit that is not a number from 0 up. */
  constructor(options: MemoryOptions = {}) {
    this.#values = new ValueTable(options, etagSourceOf(this.info.id))
  }

  read(key: Key): Found | undefined {
    const version = this.#values.find(key)
    if (version !== undefined) this.#values.used(key)
    return version
  }

  peek(key: Key): Found | undefined {
    return this.#values.peek(key)
  }

  stream(key: Key, { options, signal }: Call): ByteStream | undefined {
    const version = this.read(key)
    return version && piecesOf(version.bytes, key, { ...options, signal })
  }

  write(key: Key, value: Payload, call: Call): Maybe<Written> {
    if (value.isStream) return this.#collect(key, value, call)
    return this.#write(key, value.keep(this.#copy), call)
  }

  async #collect(key: Key, value: Payload, call: Call): Promise<Written> {
    const canKeep = (size: number) => this.#values.canKeep(size)
    const { bytes, size } = await collectKept(value.take(), key, call.signal, canKeep)
    call.throwIfAborted('put', key)
    return this.#write(key, bytes, call, size)
  }

  /** @param size Of the value, which exceeds the length of its bytes if it was too large to be collected. */
  #write(key: Key, bytes: Uint8Array, call: Call, size?: number): Written {
    if (call.isConditional) {
      const refused = checkConditions(this.#values.find(key)?.etag, call.options)
      if (refused !== undefined) return { refused }
    }
    return { etag: this.#values.store(key, bytes, { size, ttl: call.options.ttl }).etag }
  }

  remove(key: Key, call: Call): Removed {
    const version = this.#values.find(key)
    if (version === undefined) return 'absent'
    const { ifMatch } = call.options
    if (ifMatch !== undefined && ifMatch !== version.etag) return 'changed'
    this.#values.remove(key)
    return 'removed'
  }

  stat(key: Key): Stat | undefined {
    const version = this.#values.find(key)
    if (version === undefined) return undefined
    this.#values.used(key)
    return statOf(version)
  }

  move(from: Key, to: Key, { options }: Call): Moved {
    const version = this.#values.find(from)
    if (version === undefined) return 'absent'
    if (!options.replace && this.#values.find(to) !== undefined) return 'exists'
    const { bytes, left: ttl, expiresHere } = version
    // First, so that no value is evicted to make room for a value that is already stored.
    this.#values.remove(from)
    this.#values.store(to, bytes, { ttl, expiresHere })
    return 'moved'
  }

  begin(): StoreTransaction {
    const store = new MemoryTransaction(this.info, this.#values)
    return { store, commit: () => store.commit(), rollback: () => store.rollback() }
  }

  list(prefix: Key, call: Call): ListPage {
    return this.#values.list(prefix, listOptionsOf(call))
  }

  stats(): StoreStats {
    return this.#values.stats()
  }

  /** Changes by puts, deletes and evictions. */
  watch(prefix: Key, { signal }: Call): AsyncIterable<Change> {
    return this.#values.changes.watch(prefix, { signal }, () => undefined)
  }

  async close(): Promise<void> {
    this.#values.changes.close()
  }
}

/** A datastore in memory. */
export class MemoryDatastore extends Datastore {
  /** @throws DatastoreError `CONFIG_INVALID` for a limit that is not a number from 0 up. */
  constructor(options?: MemoryOptions) {
    super(new MemoryStore(options))
  }
}
