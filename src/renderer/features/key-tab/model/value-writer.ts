import type { StatValue } from '../../../../shared/values.ts'
import type { Client } from '../../../api/client.ts'
import { failureOf, hasFailed } from './call-failure.ts'
import { hasSomethingToPut, judge } from './document-state.ts'
import type { EditorSlot } from './editor-slot.ts'
import type { ValueAddress } from './read-value.ts'
import type { ValueLoader } from './value-loader.ts'
import type { ValueState } from './value-state.ts'
import { putBytes, rulesFor } from './write-value.ts'

/** Puts what was edited, one put at a time, never over a version that nobody saw. */
export class ValueWriter {
  readonly #client: Client
  readonly #address: ValueAddress
  readonly #state: ValueState
  readonly #slot: EditorSlot
  readonly #loader: ValueLoader
  #last: Promise<void> = Promise.resolve()

  constructor(
    client: Client,
    address: ValueAddress,
    parts: { readonly state: ValueState; readonly slot: EditorSlot; readonly loader: ValueLoader },
  ) {
    this.#client = client
    this.#address = address
    this.#state = parts.state
    this.#slot = parts.slot
    this.#loader = parts.loader
  }

  /** Resolves when no put is running. */
  get idle(): Promise<void> {
    return this.#last
  }

  /** A failure is shown, not thrown, and the edits stay. Without edits nothing is written. */
  put(): Promise<void> {
    this.#last = this.#last.then(() => this.#put())
    return this.#last
  }

  /** Lets the next put replace `theirs`, or nothing where it is `undefined`. */
  accept(theirs: StatValue | undefined): void {
    this.#state.dispatch({ type: 'accepted', theirs })
  }

  /** A write that met another version becomes a conflict; anything else is said as it is. */
  async refused(error: unknown): Promise<void> {
    try {
      if (hasFailed(error, 'CONFLICT', 'ALREADY_EXISTS', 'NOT_FOUND')) {
        const theirs = await this.#loader.stat()
        if (judge(this.#state.document, theirs) !== 'same') {
          this.#state.dispatch({ type: 'seen', theirs })
          return
        }
      }
      this.#state.dispatch({ type: 'failed', failure: failureOf(error) })
    } catch (statError) {
      this.#state.dispatch({ type: 'failed', failure: failureOf(statError) })
    }
  }

  async #put(): Promise<void> {
    const { document } = this.#state
    if (document.phase !== 'open' || !hasSomethingToPut(document)) return
    const captured = this.#slot.capture()
    const { bytes } = captured
    this.#state.dispatch({ type: 'putting' })
    try {
      const stat = await putBytes(this.#client, this.#address, bytes, rulesFor(document.base.stat))
      captured.adopt()
      const base = { bytes, stat, isWhole: true }
      this.#state.dispatch({ type: 'put', base, isDirty: this.#slot.isDirty })
    } catch (error) {
      await this.refused(error)
    }
  }
}
