import { fnv1a64 } from '../../../../core/hash/fnv1a64.ts'
import { base64ToBytes, bytesToBase64 } from '../../../../core/values/byte-text.ts'
import type { Stage } from '../../../../core/values/pipeline.ts'
import type { Source } from '../../../../shared/procedures/sessions.ts'
import { sourceName, type TextStorage } from '../../../api/host-storage.ts'
import { equalBytes } from '../hex/byte-edits.ts'
import { choiceOf, isAsStored, viewOf } from './decoding.ts'
import type { ValueDocument } from './document.ts'

/** Milliseconds after an edit before the draft is saved. */
const DELAY = 600

/** The storage of one value's draft. */
export interface DraftPlace {
  readonly store: DraftStore
  readonly id: string
}

/** Saves the edits of one value against a crash, and offers those of an earlier window. */
export class ValueDrafts {
  readonly #document: ValueDocument
  readonly #place: DraftPlace
  readonly #choose: (pipeline: readonly Stage[]) => Promise<boolean>
  #isPending = false
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param choose Shows the value by other stages: those of a draft. */
  constructor(
    document: ValueDocument,
    place: DraftPlace,
    choose: (pipeline: readonly Stage[]) => Promise<boolean>,
  ) {
    this.#choose = choose
    this.#document = document
    this.#place = place
  }

  /** Offers the saved draft. Called when the value is loaded. A draft that equals the value is dropped. */
  offer(): void {
    const { state, base } = this.#document
    const draft = this.#place.store.read(this.#place.id)
    if (draft === undefined || (state.phase !== 'open' && state.phase !== 'missing')) return
    const isSame = equalBytes(draft.bytes, base.bytes) && this.#isShownSo(draft.pipeline)
    if (state.phase === 'open' && isSame) this.#clear()
    else this.#document.show({ offeredDraft: draft })
  }

  /** Whether edits can be saved: encoding a large value or file after every pause would cost too much. */
  get #canKeep(): boolean {
    const { replacement, base } = this.#document
    return (replacement?.size ?? base.bytes.length) <= DRAFT_LIMITS.bytes
  }

  /** Called after each edit. The draft is saved shortly after, unless an older one is still offered. */
  edited(): void {
    if (this.#document.getSnapshot().offeredDraft !== undefined || !this.#canKeep) return
    if (!this.#document.isDirty) {
      this.#clear()
      return
    }
    const { replacement } = this.#document
    if (replacement !== undefined) {
      this.#stopWaiting()
      void this.#keepFile(replacement)
      return
    }
    this.#isPending = true
    this.#timer ??= setTimeout(() => this.flush(), DELAY)
  }

  /** Shows the offered draft as edits. */
  async restore(): Promise<void> {
    const { offeredDraft, document } = this.#document.getSnapshot()
    if (offeredDraft === undefined || document.phase !== 'open') return
    this.#document.show({ offeredDraft: undefined })
    await this.restoreEdits(offeredDraft)
  }

  /** Shows dropped edits again. If the value has changed since they were made, that is a conflict. */
  async restoreEdits({
    bytes,
    etag,
    file,
    pipeline,
  }: Pick<Draft, 'bytes' | 'etag' | 'file' | 'pipeline'>): Promise<void> {
    // Edits are of what was shown then.
    if (file === undefined && !this.#isShownSo(pipeline)) await this.#choose(pipeline ?? ['bytes'])
    const { stat } = this.#document.base
    if (stat?.etag !== etag) {
      this.#document.dispatch({
        type: 'accepted',
        theirs: etag === undefined ? undefined : { size: 0, ...stat, etag },
      })
      this.#document.dispatch({ type: 'seen', theirs: stat })
    }
    if (file === undefined) this.#document.edit(bytes)
    else this.#document.replaceWith(new File([bytes.slice()], file))
    this.edited()
  }

  /** A draft of an earlier program, without a pipeline, holds bytes as they are stored. */
  #isShownSo(pipeline: readonly Stage[] | undefined): boolean {
    const shown = this.#document.base.decoding.pipeline
    return pipeline === undefined ? isAsStored(shown) : viewOf(pipeline) === viewOf(shown)
  }

  discard(): void {
    this.#document.show({ offeredDraft: undefined })
    this.#clear()
    this.edited()
  }

  /** Writes the draft now if an edit is waiting for it. */
  flush(): void {
    const isPending = this.#isPending
    this.#stopWaiting()
    if (isPending) this.#write(this.#document.currentBytes(), undefined)
  }

  /** The page can read a chosen file only until the page is closed, so its bytes are saved. */
  async #keepFile(file: File): Promise<void> {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer())
      if (this.#document.replacement === file) this.#write(bytes, file.name)
    } catch (error) {
      // The view of the file, and its put, report why it cannot be read.
      if (!(error instanceof DOMException)) throw error
    }
  }

  #write(bytes: Uint8Array, file: string | undefined): void {
    const { stat, decoding } = this.#document.base
    const { pipeline } = decoding
    const draft = { bytes, etag: stat?.etag, file, pipeline, savedAt: Date.now() }
    this.#place.store.write(this.#place.id, draft)
  }

  /** Removes the draft, because it was put or discarded. */
  #clear(): void {
    this.#stopWaiting()
    this.#place.store.remove(this.#place.id)
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isPending = false
  }
}

/** Edits that were not put. */
export interface Draft {
  readonly bytes: Uint8Array
  /** The version that was edited; absent if there was none. */
  readonly etag: string | undefined
  /** The name of the file with these bytes; absent if they were edited. */
  readonly file?: string | undefined
  /** The stages by which the value was shown when it was edited. */
  readonly pipeline?: readonly Stage[] | undefined
  /** Milliseconds since 1970. */
  readonly savedAt: number
}

/** The maximum number of bytes of one draft, and of characters of all drafts together. */
export const DRAFT_LIMITS = { bytes: 1024 * 1024, characters: 4 * 1024 * 1024 }

const PREFIX = 'strata.draft.'

/** Keeps drafts through a crash or a closed window. */
export class DraftStore {
  readonly #storage: TextStorage

  constructor(storage: TextStorage) {
    this.#storage = storage
  }

  read(id: string): Draft | undefined {
    const text = this.#storage.getItem(PREFIX + id)
    return text === null ? undefined : parseDraft(text)
  }

  /**
   * @returns Whether the draft was saved; it is not if it is too large. The oldest other drafts are removed to make
   * room.
   */
  write(id: string, { bytes, etag, file, pipeline, savedAt }: Draft): boolean {
    if (bytes.length > DRAFT_LIMITS.bytes) {
      this.remove(id)
      return false
    }
    const text = JSON.stringify({
      savedAt,
      etag,
      file,
      view: pipeline && viewOf(pipeline),
      bytes: bytesToBase64(bytes),
    })
    this.#makeRoom(PREFIX + id, text.length)
    try {
      this.#storage.setItem(PREFIX + id, text)
      return true
    } catch (error) {
      if (error instanceof DOMException && error.name === 'QuotaExceededError') return false
      throw error
    }
  }

  remove(id: string): void {
    this.#storage.removeItem(PREFIX + id)
  }

  #makeRoom(name: string, length: number): void {
    const others = this.#entries().filter(entry => entry.name !== name)
    let total = others.reduce((sum, entry) => sum + entry.text.length, length)
    if (total <= DRAFT_LIMITS.characters) return
    const byAge = others.map(entry => ({ ...entry, savedAt: parseDraft(entry.text)?.savedAt ?? 0 }))
    for (const entry of byAge.toSorted((a, b) => a.savedAt - b.savedAt)) {
      if (total <= DRAFT_LIMITS.characters) return
      this.#storage.removeItem(entry.name)
      total -= entry.text.length
    }
  }

  #entries(): { name: string; text: string }[] {
    const names = Array.from({ length: this.#storage.length }, (_, index) => this.#storage.key(index) ?? '')
    return names
      .filter(name => name.startsWith(PREFIX))
      .map(name => ({ name, text: this.#storage.getItem(name) ?? '' }))
  }
}

/** Names the draft of a key: the same for the same stack opened again. */
export function draftId(source: Source, key: string): string {
  return `${fnv1a64(sourceName(source)).toString(16)}:${key}`
}

function parseDraft(text: string): Draft | undefined {
  try {
    const { savedAt, etag, file, view, bytes } = (JSON.parse(text) ?? {}) as Record<string, unknown>
    if (typeof savedAt !== 'number' || typeof bytes !== 'string') return undefined
    const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)
    const pipeline = typeof view === 'string' ? choiceOf(view) : undefined
    const draft = base64ToBytes(bytes)
    if (draft === undefined) return undefined
    return { savedAt, etag: textOf(etag), file: textOf(file), pipeline, bytes: draft }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
