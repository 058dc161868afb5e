import { BaseDatastore } from '../base-datastore.ts'
import { ownCopy } from '../bytes.ts'
import { CallGate } from '../concurrency/call-gate.ts'
import type {
  CallOptions,
  DeleteOptions,
  PutOptions,
  PutResult,
  RangeOptions,
  RenameOptions,
  Stat,
  ValueSource,
} from '../datastore.ts'
import { inTermsOf } from '../errors.ts'
import type { Key } from '../key.ts'
import { moveValue, type Place } from './move-value.ts'

/** Which store below a key belongs to, and what it is called there. */
export interface Route<V> extends Place<V> {
  /** What the caller calls a key of that store; `undefined` for one that the caller cannot reach. */
  readonly restore: (key: Key) => Key | undefined
}

/** A store that sends each call on one key to one store below, and speaks to its caller in the caller's keys. */
export abstract class RoutedDatastore<V> extends BaseDatastore<V> {
  /** Renames between stores are several calls, so the stores below alone could not keep call order. */
  protected readonly gate = new CallGate()

  /** @throws DatastoreError where no store below has a place for the key; `isWrite` tells what it would be for. */
  protected abstract route(action: string, key: Key, isWrite: boolean): Route<V>

  /** How a call on one key waits for those before it. Here, as for one call on one store below. */
  protected inTurn<T>(
    action: string,
    key: Key,
    options: CallOptions | undefined,
    isWrite: boolean,
    work: () => Promise<T>,
  ): Promise<T> {
    return this.gate.follow(action, key, options, isWrite, work)
  }

  get(key: Key, options?: CallOptions): Promise<V> {
    return this.#call('get', key, options, false, place => place.store.get(place.key, options))
  }

  getStream(key: Key, options?: RangeOptions): AsyncIterable<Uint8Array> {
    return this.gate.readStream('get', key, options, () => this.#stream(key, options))
  }

  put(key: Key, value: ValueSource<V>, options?: PutOptions): Promise<PutResult> {
    // A put that has to wait must not see what the caller does to its buffer meanwhile.
    const kept = this.gate.isIdle ? value : ownCopy(value)
    return this.#call('put', key, options, true, place => place.store.put(place.key, kept, options))
  }

  delete(key: Key, options?: DeleteOptions): Promise<void> {
    return this.#call('delete', key, options, true, place => place.store.delete(place.key, options))
  }

  has(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#call('look up', key, options, false, place => place.store.has(place.key, options))
  }

  stat(key: Key, options?: CallOptions): Promise<Stat> {
    return this.#call('stat', key, options, false, place => place.store.stat(place.key, options))
  }

  rename(from: Key, to: Key, options: RenameOptions = {}): Promise<void> {
    return this.gate.write('rename', [from, to], options, () => {
      const source = this.route('rename', from, true)
      const target = this.route('rename', to, true)
      if (source.store !== target.store) {
        return moveValue({ ...source, name: from }, { ...target, name: to }, options)
      }
      const restore = restoreAt(source, from, restoreAt(target, to))
      return told(source.store.rename(source.key, target.key, options), restore)
    })
  }

  #call<T>(
    action: string,
    key: Key,
    options: CallOptions | undefined,
    isWrite: boolean,
    work: (place: Place<V>) => Promise<T>,
  ): Promise<T> {
    return this.inTurn(action, key, options, isWrite, () => {
      const place = this.route(action, key, isWrite)
      return place.key === key ? work(place) : told(work(place), restoreAt(place, key))
    })
  }

  async *#stream(key: Key, options: RangeOptions | undefined): AsyncIterable<Uint8Array> {
    const place = this.route('get', key, false)
    try {
      yield* place.store.getStream(place.key, options)
    } catch (error) {
      throw inTermsOf(error, restoreAt(place, key))
    }
  }
}

/** Restores keys of a call on `key`: the root has a name of its own nowhere but in the call on it. */
function restoreAt<V>(
  route: Route<V>,
  key: Key,
  restore = (below: Key): Key | undefined => route.restore(below),
): (below: Key) => Key | undefined {
  return below => (below.equals(route.key) ? key : restore(below))
}

/**
 * The outcome of `work`, with the caller's keys in its failure.
 * @param subject The caller's key for what the failure is about, where that is known without `restore`.
 */
export function told<T>(work: Promise<T>, restore: (key: Key) => Key | undefined, subject?: Key): Promise<T> {
  return work.catch((error: unknown) => {
    throw inTermsOf(error, restore, subject)
  })
}
