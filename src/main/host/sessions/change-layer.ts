import type { Change } from '../../../core/datastore.ts'
import { ObservingLayer, type Outcome } from '../../../core/layers/observing.ts'

/** A write that went through. */
export interface StoreChange extends Change {
  readonly type: 'put' | 'delete'
  /** Bytes of the value that was put, where they are known. */
  readonly size?: number | undefined
}

/** Tells of every write that succeeded, right after it did. */
export class ChangeLayer extends ObservingLayer {
  readonly name = 'changes'
  readonly #tell: (change: StoreChange) => void

  constructor(tell: (change: StoreChange) => void) {
    super()
    this.#tell = tell
  }

  protected ended({ step, bytes, refused, error }: Outcome): void {
    if (refused !== undefined || error !== undefined) return
    const { verb, key, to, value } = step
    if (verb === 'put') this.#tell({ type: 'put', key, size: value?.isStream === false ? bytes : undefined })
    if (verb === 'delete') this.#tell({ type: 'delete', key })
    if (verb === 'rename' && to !== undefined && !to.equals(key)) {
      this.#tell({ type: 'delete', key })
      this.#tell({ type: 'put', key: to })
    }
  }
}
