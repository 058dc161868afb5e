import type { Change } from '../../../core/datastore.ts'
import { Key } from '../../../core/key.ts'
import { Coalesced } from '../coalesced.ts'
import type { Broadcast } from '../host-parts.ts'

/** Milliseconds between two reports of changes. */
const REPORT_INTERVAL = 100

/** The maximum number of keys that are reported one by one. More changes are reported as one change of a branch. */
const MAX_KEYS = 1000

/** A successful write. */
export interface StoreChange extends Change {
  readonly type: 'put' | 'delete'
  /** Bytes of the new value, if known. */
  readonly size?: number | undefined
}

/** Reports changed values to pages: the latest change of each key, at most ten times a second. */
export class ChangeFeed {
  readonly #session: string
  readonly #broadcast: Broadcast
  readonly #reports: Coalesced
  readonly #changes = new Map<string, StoreChange>()
  /** The branch that contains every changed key, once there are too many. */
  #branch: Key | undefined

  constructor(session: string, broadcast: Broadcast) {
    this.#session = session
    this.#broadcast = broadcast
    this.#reports = new Coalesced(REPORT_INTERVAL, () => this.#report())
  }

  note(change: StoreChange): void {
    if (this.#branch !== undefined) this.#branch = commonAncestor(this.#branch, change.key)
    else {
      this.#changes.set(change.key.toString(), change)
      if (this.#changes.size > MAX_KEYS) this.#gather(change.key)
    }
    this.#reports.request()
  }

  /** Anything at or below `branch` may have changed. */
  noteBranch(branch: Key): void {
    this.#gather(branch)
    this.#reports.request()
  }

  stop(): void {
    this.#reports.stop()
  }

  #gather(branch: Key): void {
    const keys = [...this.#changes.values()].map(change => change.key)
    this.#branch = keys.reduce(commonAncestor, this.#branch ?? branch)
    this.#changes.clear()
  }

  #report(): void {
    const session = this.#session
    for (const { key, type } of this.#changes.values()) {
      this.#broadcast('valueChanged', { session, key: key.toString(), type })
    }
    if (this.#branch !== undefined) {
      this.#broadcast('valueChanged', { session, key: this.#branch.toString(), type: 'put', isDeep: true })
    }
    this.#changes.clear()
    this.#branch = undefined
  }
}

/** The deepest key that is equal to, or above, both keys. */
export function commonAncestor(a: Key, b: Key): Key {
  let ancestor = a
  while (!ancestor.equals(b) && !ancestor.isAncestorOf(b)) ancestor = ancestor.parent
  return ancestor.isRoot ? Key.root : ancestor
}
