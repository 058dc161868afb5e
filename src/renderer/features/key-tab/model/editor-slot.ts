import type { Capture, ValueEditor } from './value-editor.ts'
import type { ValueState } from './value-state.ts'

/** The place for the editor that is shown. Edits survive while one editor goes and another comes. */
export class EditorSlot {
  readonly #state: ValueState
  #editor: ValueEditor | undefined
  /** What the last editor held when it went away with edits. */
  #carried: Uint8Array | undefined

  constructor(state: ValueState) {
    this.#state = state
  }

  /** The bytes as edited: what a new editor starts with. */
  currentBytes(): Uint8Array {
    return this.#editor?.bytes() ?? this.#carried ?? this.#state.base.bytes
  }

  get isDirty(): boolean {
    return this.#editor?.isDirty() ?? this.#carried !== undefined
  }

  attach(editor: ValueEditor): void {
    this.#editor = editor
    this.#carried = undefined
    this.#state.dispatch({ type: 'edited', isDirty: editor.isDirty() })
  }

  detach(editor: ValueEditor): void {
    if (this.#editor !== editor) return
    this.#carried = editor.isDirty() ? editor.bytes() : undefined
    this.#editor = undefined
  }

  capture(): Capture {
    return this.#editor?.capture() ?? { bytes: this.currentBytes(), adopt: () => this.#forget() }
  }

  /** Shows other bytes as an edit. */
  show(bytes: Uint8Array): void {
    if (this.#editor === undefined) this.#carried = bytes
    else this.#editor.show(bytes)
    this.#state.dispatch({ type: 'edited', isDirty: this.isDirty })
  }

  /** Drops the edits: `bytes` are the base from now on. */
  rebase(bytes: Uint8Array): void {
    this.#forget()
    this.#editor?.rebase(bytes)
  }

  #forget(): void {
    this.#carried = undefined
  }
}
