import { fnv1a64 } from '../../../../core/hash/fnv1a64.ts'
import type { Source } from '../../../../shared/procedures/sessions.ts'
import { sourceName, type TextStorage } from '../../../api/host-storage.ts'
import { equalBytes } from '../hex/byte-edits.ts'
import type { ValueDocument } from './document.ts'

/** Milliseconds after an edit before the draft is written. */
const DELAY = 600

/** Where the draft of one value is kept. */
export interface DraftPlace {
  readonly store: DraftStore
  readonly id: string
}

/** Keeps the edits of one value through a crash, and offers what an earlier window left. */
export class ValueDrafts {
  readonly #document: ValueDocument
  readonly #place: DraftPlace
  #isPending = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(document: ValueDocument, place: DraftPlace) {
    this.#document = document
    this.#place = place
  }

  /** Offers the kept draft. Call this when the value is loaded. A draft that equals the value is dropped. */
  offer(): void {
    const { state, base } = this.#document
    const draft = this.#place.store.read(this.#place.id)
    if (draft === undefined || (state.phase !== 'open' && state.phase !== 'missing')) return
    if (state.phase === 'open' && equalBytes(draft.bytes, base.bytes)) this.#clear()
    else this.#document.show({ offeredDraft: draft })
  }

  /** Whether edits can be kept: of a large value or file, encoding it after every pause would cost too much. */
  get #canKeep(): boolean {
    const { replacement, base } = this.#document
    return (replacement?.size ?? base.bytes.length) <= DRAFT_LIMITS.bytes
  }

  /** Call this after each edit: the draft is written a moment later, unless an older one is still on offer. */
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
  restore(): void {
    const { offeredDraft, document } = this.#document.getSnapshot()
    if (offeredDraft === undefined || document.phase !== 'open') return
    this.#document.show({ offeredDraft: undefined })
    this.bringBack(offeredDraft)
  }

  /** Shows edits that were dropped. If the value has changed since they were made, that is a conflict. */
  bringBack({ bytes, etag, file }: Pick<Draft, 'bytes' | 'etag' | 'file'>): void {
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

  /** The page may read a chosen file only until it is closed, so its bytes are kept. */
  async #keepFile(file: File): Promise<void> {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer())
      if (this.#document.replacement === file) this.#write(bytes, file.name)
    } catch (error) {
      // What is shown of the file, and its put, say why it cannot be read.
      if (!(error instanceof DOMException)) throw error
    }
  }

  #write(bytes: Uint8Array, file: string | undefined): void {
    const etag = this.#document.base.stat?.etag
    this.#place.store.write(this.#place.id, { bytes, etag, file, savedAt: Date.now() })
  }

  /** Removes the draft: it was put, or given up. */
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
  /** The version that was edited; absent where there was none. */
  readonly etag: string | undefined
  /** The name of the file that the bytes are those of; absent where they were edited. */
  readonly file?: string | undefined
  /** Milliseconds since 1970. */
  readonly savedAt: number
}

/** Bytes of a draft that is kept, and characters that all drafts take together. */
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

  /** @returns Whether the draft is kept: one that is too large is not. The oldest others make room. */
  write(id: string, { bytes, etag, file, savedAt }: Draft): boolean {
    if (bytes.length > DRAFT_LIMITS.bytes) {
      this.remove(id)
      return false
    }
    const text = JSON.stringify({ savedAt, etag, file, bytes: toBase64(bytes) })
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
    const { savedAt, etag, file, bytes } = (JSON.parse(text) ?? {}) as Record<string, unknown>
    if (typeof savedAt !== 'number' || typeof bytes !== 'string') return undefined
    const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)
    return { savedAt, etag: textOf(etag), file: textOf(file), bytes: fromBase64(bytes) }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof DOMException) return undefined
    throw error
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000))
  }
  return btoa(binary)
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), character => character.charCodeAt(0))
}
