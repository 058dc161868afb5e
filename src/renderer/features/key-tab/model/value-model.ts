import type { Stage } from '../../../../core/values/pipeline.ts'
import { affectsKey, type Client } from '../../../api/client.ts'
import { equalBytes } from '../hex/byte-edits.ts'
import { decodeVersion, viewOf } from './decoding.ts'
import { NEW_VALUE, ValueDocument } from './document.ts'
import { type DraftPlace, ValueDrafts } from './drafts.ts'
import { ValueEffects } from './effects.ts'
import { readWhole, type ValueAddress, type Version } from './value-calls.ts'

interface ValueModelOptions {
  /** The model of the same value under its former name; its edits are taken over. */
  readonly previous?: ValueModel | undefined
  /** The stages that the value is shown by; the rest is detected. */
  readonly choice?: readonly Stage[] | undefined
}

/**
 * One open value and everything that can be done with it: `document` is what is shown, `effects` are the calls to the
 * host, `drafts` keep unsaved edits.
 */
export class ValueModel {
  readonly client: Client
  readonly address: ValueAddress
  readonly document = new ValueDocument()
  readonly effects: ValueEffects
  readonly drafts: ValueDrafts
  #previous: ValueModel | undefined
  #check: Promise<void> | undefined
  /** The number of possible changes of the value. */
  #changes = 0

  constructor(
    client: Client,
    address: ValueAddress,
    drafts: DraftPlace,
    { previous, choice = [] }: ValueModelOptions = {},
  ) {
    this.client = client
    this.address = address
    this.#previous = previous
    this.effects = new ValueEffects(client, address, this.document, choice)
    this.drafts = new ValueDrafts(this.document, drafts, pipeline => this.effects.choose(pipeline))
  }

  /** Loads the value and watches it. @returns A function that stops both and writes the draft. */
  start(): () => void {
    const { session, key } = this.address
    const unsubscribe = this.client.on('valueChanged', change => {
      if (change.session === session && affectsKey(change, key)) void this.check()
    })
    if (this.document.state.phase === 'open') void this.check()
    else void this.load()
    return () => {
      unsubscribe()
      this.effects.stop()
      this.drafts.flush()
    }
  }

  /** Called by the editor after every change. */
  edited(): void {
    this.document.reportEdits()
    this.drafts.edited()
  }

  /** Sets a file for the next put; `undefined` removes it. */
  replaceWith(file: File | undefined): void {
    this.document.replaceWith(file)
    this.drafts.edited()
  }

  /** Loads the value again and drops the edits. */
  async load(): Promise<void> {
    this.document.dispatch({ type: 'loading' })
    const changes = this.#changes
    await this.effects.load()
    this.#takeOver()
    this.drafts.offer()
    // The bytes may be older than a change that was reported while they were being read.
    if (changes !== this.#changes) await this.check()
  }

  /** Creates an empty value for an absent key. Nothing is stored until it is put. */
  create(): void {
    this.effects.take(NEW_VALUE)
  }

  /** Shows a failure in the tab and keeps the edits; never rejects. */
  async put(): Promise<void> {
    await this.effects.put()
    this.drafts.edited()
  }

  /**
   * Drops the edits.
   * @returns A function that restores them; `undefined` if there are none.
   */
  revert(): (() => void) | undefined {
    const { document, drafts } = this
    const { replacement, base } = document
    if (!document.isDirty) return undefined
    if (replacement !== undefined) {
      this.replaceWith(undefined)
      return () => this.replaceWith(replacement)
    }
    const { pipeline } = base.decoding
    const dropped = { bytes: document.currentBytes(), etag: base.stat?.etag, pipeline }
    document.edit(base.bytes)
    drafts.edited()
    return () => void drafts.restoreEdits(dropped)
  }

  /** Compares with the store: shows a changed value, or raises a conflict if there are edits. */
  check(): Promise<void> {
    this.#changes += 1
    this.#check ??= this.effects.idle.then(() => {
      this.#check = undefined
      return this.effects.compare()
    })
    return this.#check
  }

  /** Dismisses the shown failure and checks again. */
  async checkAgain(): Promise<void> {
    this.document.dispatch({ type: 'dismissed' })
    await this.check()
  }

  /** Resolves a conflict by showing the stored version and dropping the edits. */
  async useTheirs(): Promise<void> {
    await this.effects.load()
    this.drafts.edited()
  }

  /** Resolves a conflict by putting the edits over the stored version, or as a new value if it was deleted. */
  async keepMine(): Promise<void> {
    const { state } = this.document
    if (state.phase !== 'open' || state.conflict === undefined) return
    const { conflict } = state
    this.effects.accept(conflict.type === 'changed' ? conflict.theirs : undefined)
    await this.put()
  }

  /** Resolves a conflict by putting `bytes`, merged from `theirs` and the edits, over `theirs`. */
  async putMerged(theirs: Version, bytes: Uint8Array): Promise<void> {
    this.effects.accept(theirs.stat)
    this.document.edit(bytes)
    await this.put()
  }

  /** Reads the whole stored value, decoded as the edits are. */
  async readTheirs(signal: AbortSignal): Promise<Version> {
    const { pipeline } = this.document.base.decoding
    const stored = await readWhole(this.client, this.address, signal, () => undefined)
    return decodeVersion(this.client, this.address.key, pipeline, stored, signal)
  }

  /** Shows the value by other stages. @returns Whether it could be. */
  async choose(choice: readonly Stage[]): Promise<boolean> {
    const isShown = await this.effects.choose(choice)
    this.drafts.edited()
    return isShown
  }

  /**
   * Shows stored bytes, such as those of a copy, as an edit. A failure is shown, and the edits stay.
   * @returns Whether it could.
   */
  async take(bytes: Uint8Array): Promise<boolean> {
    const isTaken = await this.effects.editTo(bytes)
    if (isTaken) this.drafts.edited()
    return isTaken
  }

  /** Shows the offered draft as edits; of a new value if the old one was deleted. */
  restoreDraft(): void {
    if (this.document.state.phase === 'missing') this.create()
    void this.drafts.restore()
  }

  /** After a rename, takes over the edits made under the former name, if the bytes are the same. */
  #takeOver(): void {
    const previous = this.#previous
    if (previous === undefined || this.document.state.phase !== 'open') return
    this.#previous = undefined
    const [before, now] = [previous.document.base, this.document.base]
    const isSame =
      equalBytes(before.stored, now.stored) &&
      viewOf(before.decoding.pipeline) === viewOf(now.decoding.pipeline)
    if (!previous.document.isDirty || !isSame) return
    const { replacement } = previous.document
    if (replacement === undefined) this.document.edit(previous.document.currentBytes())
    else this.document.replaceWith(replacement)
    previous.drafts.discard()
    this.drafts.edited()
  }
}
