import { affectsKey } from '../../../../shared/affects-key.ts'
import type { Client } from '../../../api/client.ts'
import { equalBytes } from '../hex/byte-edits.ts'
import { NEW_VALUE } from './document-state.ts'
import type { DraftKeeper } from './draft-keeper.ts'
import { EditorSlot } from './editor-slot.ts'
import { readWhole, type ValueAddress, type Version } from './read-value.ts'
import { ValueDrafts } from './value-drafts.ts'
import type { ValueEditor } from './value-editor.ts'
import { ValueLoader } from './value-loader.ts'
import { ValueState } from './value-state.ts'
import { ValueTransfers } from './value-transfers.ts'
import { ValueWriter } from './value-writer.ts'

/** One open value and everything that can be done to it. Knows its editor only as a `ValueEditor`. */
export class ValueModel {
  readonly client: Client
  readonly address: ValueAddress
  readonly state = new ValueState()
  readonly slot = new EditorSlot(this.state)
  readonly drafts: ValueDrafts
  readonly transfers: ValueTransfers
  readonly #loader: ValueLoader
  readonly #writer: ValueWriter
  #previous: ValueModel | undefined
  #check: Promise<void> | undefined
  /** How often the value may have changed. */
  #changes = 0

  /** @param previous The model of the same value under the name it had before; its edits are taken over. */
  constructor(client: Client, address: ValueAddress, keeper: DraftKeeper, previous?: ValueModel) {
    this.client = client
    this.address = address
    this.#previous = previous
    const { state, slot } = this
    this.drafts = new ValueDrafts(keeper, state, slot)
    this.#loader = new ValueLoader(client, address, state, slot)
    this.#writer = new ValueWriter(client, address, { state, slot, loader: this.#loader })
    const parts = { state, loader: this.#loader, writer: this.#writer }
    this.transfers = new ValueTransfers(client, address, parts)
  }

  /** Loads the value and watches it. @returns A function that stops both and writes the draft. */
  start(): () => void {
    const { session, key } = this.address
    const unsubscribe = this.client.on('valueChanged', change => {
      if (change.session === session && affectsKey(change, key)) void this.check()
    })
    if (this.state.document.phase === 'open') void this.check()
    else void this.load()
    return () => {
      unsubscribe()
      this.#loader.stop()
      this.transfers.cancel()
      this.drafts.flush()
    }
  }

  attach(editor: ValueEditor): () => void {
    this.slot.attach(editor)
    return () => this.slot.detach(editor)
  }

  /** To be called by the editor after every change. */
  edited(): void {
    this.state.dispatch({ type: 'edited', isDirty: this.slot.isDirty })
    this.drafts.edited()
  }

  /** Loads the value anew; edits are lost. */
  async load(): Promise<void> {
    this.state.dispatch({ type: 'loading' })
    const changes = this.#changes
    await this.#loader.load()
    this.#takeOver()
    this.drafts.offer()
    // The bytes may be older than a change that was announced while they were on the way.
    if (changes !== this.#changes) await this.check()
  }

  /** Starts an empty value where there is none; nothing is in the store before it is put. */
  create(): void {
    this.#loader.take(NEW_VALUE)
  }

  /** A failure is shown in the tab and the edits stay; the promise never rejects. */
  async put(): Promise<void> {
    await this.#writer.put()
    this.drafts.edited()
  }

  revert(): void {
    this.slot.show(this.state.base.bytes)
    this.drafts.edited()
  }

  /** Looks whether the store has something else by now: shows it, or raises a conflict where there are edits. */
  check(): Promise<void> {
    this.#changes += 1
    this.#check ??= this.#writer.idle.then(() => {
      this.#check = undefined
      return this.#loader.look()
    })
    return this.#check
  }

  /** As `check`, after a failure that was shown. */
  async checkAgain(): Promise<void> {
    this.state.dispatch({ type: 'dismissed' })
    await this.check()
  }

  /** Answers a conflict with their version, without the edits. */
  async useTheirs(): Promise<void> {
    this.transfers.forget()
    await this.#loader.load()
    this.drafts.edited()
  }

  /** Answers a conflict with the edits: over their version, or as new where they deleted it. */
  async keepMine(): Promise<void> {
    const { document } = this.state
    if (document.phase !== 'open' || document.conflict === undefined) return
    const { conflict } = document
    this.#writer.accept(conflict.type === 'changed' ? conflict.theirs : undefined)
    const { refusedFile } = this.transfers
    await (refusedFile === undefined ? this.put() : this.transfers.replaceFrom(refusedFile))
  }

  /** Answers a conflict with `bytes`, made of `theirs` and the edits; they are put over `theirs`. */
  async putMerged(theirs: Version, bytes: Uint8Array): Promise<void> {
    this.#writer.accept(theirs.stat)
    this.slot.show(bytes)
    await this.put()
  }

  /** Reads what the store has now, as a whole. */
  readTheirs(signal: AbortSignal): Promise<Version> {
    return readWhole(this.client, this.address, signal, () => undefined)
  }

  /** Shows the offered draft as edits, where need be of a value that is gone. */
  restoreDraft(): void {
    if (this.state.document.phase === 'missing') this.create()
    this.drafts.restore()
  }

  /** A key that was renamed holds the same bytes: its edits are edits of the new one. */
  #takeOver(): void {
    const previous = this.#previous
    if (previous === undefined || this.state.document.phase !== 'open') return
    this.#previous = undefined
    if (!previous.slot.isDirty || !equalBytes(previous.state.base.bytes, this.state.base.bytes)) return
    this.slot.show(previous.slot.currentBytes())
    previous.drafts.discard()
    this.drafts.edited()
  }
}
