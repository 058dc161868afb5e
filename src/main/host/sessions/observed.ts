import { ForwardingDatastore } from '../../../core/adapters/forwarding.ts'
import type {
  Batch,
  BinaryDatastore,
  CallOptions,
  Change,
  DeleteOptions,
  KeySource,
  PairSource,
  PutOptions,
  PutResult,
  RenameOptions,
  ValueSource,
} from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'

/** A write that went through. */
export interface StoreChange extends Change {
  readonly type: 'put' | 'delete'
  /** Bytes of the value that was put, where they are known. */
  readonly size?: number | undefined
}

export type ChangeListener = (change: StoreChange) => void

/** Tells of every write that succeeded, right after it did. */
export class ObservedDatastore extends ForwardingDatastore<Uint8Array> {
  readonly #tell: ChangeListener

  constructor(child: BinaryDatastore, tell: ChangeListener) {
    super(child)
    this.#tell = tell
  }

  override async put(key: Key, value: ValueSource<Uint8Array>, options?: PutOptions): Promise<PutResult> {
    const size = value instanceof Uint8Array ? value.length : undefined
    const result = await this.child.put(key, value, options)
    this.#tell({ type: 'put', key, size })
    return result
  }

  override async putNew(prefix: Key, value: ValueSource<Uint8Array>, options?: CallOptions): Promise<Key> {
    const key = await this.child.putNew(prefix, value, options)
    this.#tell({ type: 'put', key })
    return key
  }

  override async delete(key: Key, options?: DeleteOptions): Promise<void> {
    await this.child.delete(key, options)
    this.#tell({ type: 'delete', key })
  }

  override async rename(from: Key, to: Key, options?: RenameOptions): Promise<void> {
    await this.child.rename(from, to, options)
    if (from.equals(to)) return
    this.#tell({ type: 'delete', key: from })
    this.#tell({ type: 'put', key: to })
  }

  override async *putMany(pairs: PairSource<Uint8Array>, options?: CallOptions): AsyncIterable<Key> {
    for await (const key of this.child.putMany(pairs, options)) {
      this.#tell({ type: 'put', key })
      yield key
    }
  }

  override async *deleteMany(keys: KeySource, options?: CallOptions): AsyncIterable<Key> {
    for await (const key of this.child.deleteMany(keys, options)) {
      this.#tell({ type: 'delete', key })
      yield key
    }
  }

  override batch(): Batch<Uint8Array> {
    const below = this.child.batch()
    const changes: StoreChange[] = []
    const batch: Batch<Uint8Array> = {
      put(key, value) {
        changes.push({ type: 'put', key })
        below.put(key, value)
        return batch
      },
      delete(key) {
        changes.push({ type: 'delete', key })
        below.delete(key)
        return batch
      },
      commit: async options => {
        await below.commit(options)
        for (const change of changes.splice(0)) this.#tell(change)
      },
    }
    return batch
  }
}
