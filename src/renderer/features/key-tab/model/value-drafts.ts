import { equalBytes } from '../hex/byte-edits.ts'
import type { DraftKeeper } from './draft-keeper.ts'
import { DRAFT_LIMITS } from './draft-store.ts'
import type { EditorSlot } from './editor-slot.ts'
import type { ValueState } from './value-state.ts'

/** Keeps the edits of one value through a crash, and offers what an earlier window left. */
export class ValueDrafts {
  readonly #keeper: DraftKeeper
  readonly #state: ValueState
  readonly #slot: EditorSlot

  constructor(keeper: DraftKeeper, state: ValueState, slot: EditorSlot) {
    this.#keeper = keeper
    this.#state = state
    this.#slot = slot
  }

  /** To be called when the value has been loaded. A draft that equals the value is dropped. */
  offer(): void {
    const { document, base } = this.#state
    const draft = this.#keeper.read()
    if (draft === undefined || (document.phase !== 'open' && document.phase !== 'missing')) return
    if (document.phase === 'open' && equalBytes(draft.bytes, base.bytes)) this.#keeper.clear()
    else this.#state.show({ offeredDraft: draft })
  }

  /** Whether the value is larger than a draft may be: making its bytes every moment would cost too much. */
  get isTooLarge(): boolean {
    return this.#state.base.bytes.length > DRAFT_LIMITS.bytes
  }

  /** Follows an edit. While an older draft is on offer it is not overwritten. */
  edited(): void {
    if (this.#state.getSnapshot().offeredDraft !== undefined || this.isTooLarge) return
    if (this.#slot.isDirty) {
      this.#keeper.note(() => ({ bytes: this.#slot.currentBytes(), etag: this.#state.base.stat?.etag }))
    } else {
      this.#keeper.clear()
    }
  }

  /** Shows the offered draft as edits. Where the value has changed since, that is a conflict. */
  restore(): void {
    const { offeredDraft, document } = this.#state.getSnapshot()
    if (offeredDraft === undefined || document.phase !== 'open') return
    this.#state.show({ offeredDraft: undefined })
    const { stat } = document.base
    if (stat?.etag !== offeredDraft.etag) {
      const { etag } = offeredDraft
      this.#state.dispatch({
        type: 'accepted',
        theirs: etag === undefined ? undefined : { size: 0, ...stat, etag },
      })
      this.#state.dispatch({ type: 'seen', theirs: stat })
    }
    this.#slot.show(offeredDraft.bytes)
    this.edited()
  }

  discard(): void {
    this.#state.show({ offeredDraft: undefined })
    this.#keeper.clear()
    this.edited()
  }

  flush(): void {
    this.#keeper.flush()
  }
}
