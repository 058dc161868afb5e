import type { Capabilities } from '../capabilities.ts'
import { commonCodecOf, Datastore, openStoreOf, ownStoreOf } from '../open/datastore.ts'
import { type Layer, LayeredStore } from './layer.ts'

/** Declares the store read-only while it is locked: every write is refused before it reaches this layer. */
class Lock implements Layer {
  readonly name = 'lock'
  readonly passesBatches = true
  isLocked: boolean

  constructor(isLocked: boolean) {
    this.isLocked = isLocked
  }

  capabilities(below: Capabilities): Capabilities {
    return { ...below, writable: below.writable && !this.isLocked }
  }
}

/** Refuses every write with `READ_ONLY` while it is locked. Reads pass untouched. */
export class LockableDatastore<V = Uint8Array> extends Datastore<V> {
  readonly #lock: Lock

  constructor(child: Datastore<V>, isLocked = true) {
    const lock = new Lock(isLocked)
    super(new LayeredStore(openStoreOf(child), lock), commonCodecOf([child]))
    this.#lock = lock
  }

  get isLocked(): boolean {
    return this.#lock.isLocked
  }

  set isLocked(isLocked: boolean) {
    this.#lock.isLocked = isLocked
    ownStoreOf(this).redeclare()
  }
}

/** The same store with every write refused (`READ_ONLY`). */
export function readOnly<V>(store: Datastore<V>): Datastore<V> {
  return new LockableDatastore(store, true)
}
