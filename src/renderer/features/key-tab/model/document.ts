import { Emitter } from '../../../../core/concurrency/emitter.ts'
import type { Failure, StatValue } from '../../../../shared/values.ts'
import { equalBytes } from '../hex/byte-edits.ts'
import type { Draft } from './drafts.ts'
import type { Version } from './value-calls.ts'

/** The value was changed or deleted elsewhere while it was being edited. */
export type Conflict = { readonly type: 'changed'; readonly theirs: StatValue } | { readonly type: 'deleted' }

/** A value that is open. */
export interface OpenValue {
  readonly phase: 'open'
  /** The version loaded or put last. Edits are compared with it. */
  readonly base: Version
  readonly isDirty: boolean
  readonly isPutting: boolean
  readonly conflict: Conflict | undefined
  /** The last failure that was not retried yet. */
  readonly failure: Failure | undefined
  /** The file that the next put writes instead of the editor's bytes. Such a value counts as edited. */
  readonly replacement: File | undefined
}

export type DocumentState =
  | { readonly phase: 'loading' }
  | { readonly phase: 'failed'; readonly failure: Failure }
  | { readonly phase: 'missing' }
  | OpenValue

export type DocumentEvent =
  | { readonly type: 'loading' }
  | { readonly type: 'loaded'; readonly base: Version }
  | { readonly type: 'loadFailed'; readonly failure: Failure }
  | { readonly type: 'edited'; readonly isDirty: boolean; readonly replacement: File | undefined }
  /** The same version is decoded in another way. */
  | { readonly type: 'decoded'; readonly base: Version }
  | { readonly type: 'putting' }
  | { readonly type: 'put'; readonly base: Version; readonly isDirty: boolean }
  | { readonly type: 'failed'; readonly failure: Failure }
  /** The value could not be compared with the store. A failure that is shown, such as that of a put, stays. */
  | { readonly type: 'notCompared'; readonly failure: Failure }
  /** The store has answered, so a failure to reach it is over. */
  | { readonly type: 'reached' }
  | { readonly type: 'seen'; readonly theirs: StatValue | undefined }
  /** The user has dismissed the failure. */
  | { readonly type: 'dismissed' }
  | { readonly type: 'accepted'; readonly theirs: StatValue | undefined }

export const LOADING: DocumentState = { phase: 'loading' }

/** An empty value that is not in the store yet. */
export const NEW_VALUE: Version = {
  bytes: new Uint8Array(),
  stored: new Uint8Array(),
  isWhole: true,
  stat: undefined,
  decoding: { pipeline: ['utf-8', 'text'], sizes: [] },
}

/** Whether there is anything to put: edits, or a value that the store does not have. */
export function hasSomethingToPut(state: DocumentState): boolean {
  return state.phase === 'open' && (state.isDirty || state.base.stat === undefined)
}

/**
 * Compares the version in the store with the open one.
 * @returns `reload` if showing theirs loses nothing, `conflict` if edits would be lost.
 */
export function compareVersions(
  state: DocumentState,
  theirs: StatValue | undefined,
): 'same' | 'reload' | 'conflict' {
  if (state.phase === 'failed') return 'reload'
  if (state.phase === 'missing') return theirs === undefined ? 'same' : 'reload'
  if (state.phase !== 'open' || state.base.stat?.etag === theirs?.etag) return 'same'
  return hasSomethingToPut(state) ? 'conflict' : 'reload'
}

export function reduce(state: DocumentState, event: DocumentEvent): DocumentState {
  switch (event.type) {
    case 'loading':
      return LOADING
    case 'loaded':
      return opened(event.base)
    case 'loadFailed':
      if (event.failure.code === 'NOT_FOUND') return { phase: 'missing' }
      return { phase: 'failed', failure: event.failure }
    default:
      return state.phase === 'open' ? reduceOpen(state, event) : state
  }
}

type OpenEvent = Exclude<DocumentEvent, { readonly type: 'loading' | 'loaded' | 'loadFailed' }>

function reduceOpen(state: OpenValue, event: OpenEvent): OpenValue {
  switch (event.type) {
    case 'edited':
      if (state.isDirty === event.isDirty && state.replacement === event.replacement) return state
      return { ...state, isDirty: event.isDirty, replacement: event.replacement }
    case 'decoded':
      return { ...state, base: event.base, isDirty: false, failure: undefined }
    case 'putting':
      return { ...state, isPutting: true, failure: undefined }
    case 'put':
      return { ...opened(event.base), isDirty: event.isDirty }
    case 'failed':
      return { ...state, isPutting: false, failure: event.failure, conflict: undecided(state) }
    case 'notCompared':
      return { ...state, failure: state.failure ?? event.failure }
    case 'reached':
      return state.failure?.code === 'CONNECTION' ? { ...state, failure: undefined } : state
    case 'dismissed':
      return { ...state, failure: undefined }
    case 'seen':
      return { ...state, isPutting: false, conflict: conflictWith(state, event.theirs) }
    // The conflict is shown until the following put has ended.
    case 'accepted':
      return { ...state, base: { ...state.base, stat: event.theirs }, failure: undefined }
  }
}

/** The conflict, unless the user has decided: then the next put may replace the stored version. */
function undecided({ conflict, base }: OpenValue): Conflict | undefined {
  const theirs = conflict?.type === 'changed' ? conflict.theirs : undefined
  return theirs?.etag === base.stat?.etag ? undefined : conflict
}

function conflictWith(state: OpenValue, theirs: StatValue | undefined): Conflict | undefined {
  if (compareVersions(state, theirs) === 'same') return undefined
  return theirs === undefined ? { type: 'deleted' } : { type: 'changed', theirs }
}

function opened(base: Version): OpenValue {
  return {
    phase: 'open',
    base,
    isDirty: false,
    isPutting: false,
    conflict: undefined,
    failure: undefined,
    replacement: undefined,
  }
}

/** A running transfer. */
export interface Task {
  readonly label: string
  /** Bytes so far. */
  readonly done: number
  readonly total: number | undefined
  readonly cancel: () => void
}

/** What the window shows of one value. */
export interface ValueSnapshot {
  readonly document: DocumentState
  readonly task: Task | undefined
  /** Unsaved edits of an earlier window, until they are restored or discarded. */
  readonly offeredDraft: Draft | undefined
}

/** What a put would write, fixed at one moment. */
export interface Capture {
  readonly bytes: Uint8Array
  /** Makes the captured state the unedited one. */
  adopt(): void
}

/** An editor of a value, as seen by the model: text or hex. */
export interface ValueEditor {
  /** The bytes with the edits. */
  bytes(): Uint8Array
  /** Whether they differ from the base. */
  isDirty(): boolean
  capture(): Capture
  /** Shows other bytes as an edit that can be undone; the base stays. */
  show(bytes: Uint8Array): void
  /** Shows other bytes and makes them the base. The cursor stays if possible. */
  rebase(bytes: Uint8Array): void
  /** Focuses the editor. */
  focus(): void
  /** Formats the value. @returns Whether it could be. */
  format?(): boolean
}

/**
 * One open value: the snapshot that React reads, and the edits, which live in the attached editor. They survive while
 * one editor is replaced by another.
 */
export class ValueDocument {
  readonly #changed = new Emitter()
  #snapshot: ValueSnapshot = { document: LOADING, task: undefined, offeredDraft: undefined }
  #editor: ValueEditor | undefined
  /** The bytes of an editor that was detached with edits. */
  #carried: Uint8Array | undefined
  #replacement: File | undefined
  /** Focuses what shows the value without an editor: a page of a large one, or a picture. */
  #focusViewer: (() => void) | undefined
  #shouldFocus: (() => boolean) | undefined

  readonly subscribe = this.#changed.subscribe

  readonly getSnapshot = (): ValueSnapshot => this.#snapshot

  get state(): DocumentState {
    return this.#snapshot.document
  }

  /** The version loaded or put last; an empty new value if there is none. */
  get base(): Version {
    return this.state.phase === 'open' ? this.state.base : NEW_VALUE
  }

  show(change: Partial<ValueSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change }
    this.#changed.emit()
  }

  dispatch(event: DocumentEvent): void {
    const document = reduce(this.state, event)
    if (document !== this.state) this.show({ document })
  }

  /** The bytes with the edits: what a new editor starts with. */
  currentBytes(): Uint8Array {
    return this.#editor?.bytes() ?? this.#carried ?? this.base.bytes
  }

  get isDirty(): boolean {
    return this.#replacement !== undefined || this.isEdited
  }

  /** Whether there are edits in an editor, a file that replaces the value aside. */
  get isEdited(): boolean {
    return this.#editor?.isDirty() ?? this.#carried !== undefined
  }

  /** The file that the next put writes. */
  get replacement(): File | undefined {
    return this.#replacement
  }

  /** Sets a file for the next put; `undefined` removes it. */
  replaceWith(file: File | undefined): void {
    this.#replacement = file
    this.reportEdits()
  }

  /** Makes `editor` the one that holds the edits. @returns A function that detaches it. */
  attach(editor: ValueEditor): () => void {
    this.#editor = editor
    this.#carried = undefined
    this.#focusIfRequested(() => editor.focus())
    this.reportEdits()
    return () => {
      if (this.#editor !== editor) return
      this.#carried = editor.isDirty() ? editor.bytes() : undefined
      this.#editor = undefined
    }
  }

  /** Makes `focus` focus the value, which is shown without an editor. @returns A function that detaches it. */
  attachViewer(focus: () => void): () => void {
    this.#focusViewer = focus
    this.#focusIfRequested(focus)
    return () => {
      if (this.#focusViewer === focus) this.#focusViewer = undefined
    }
  }

  capture(): Capture {
    return this.#editor?.capture() ?? { bytes: this.currentBytes(), adopt: () => this.#dropCarried() }
  }

  /** Shows other bytes as an edit. */
  edit(bytes: Uint8Array): void {
    if (this.#editor === undefined) this.#carried = equalBytes(bytes, this.base.bytes) ? undefined : bytes
    else this.#editor.show(bytes)
    this.reportEdits()
  }

  /** Drops the edits and the editor, which is replaced by that of another pipeline. */
  release(): void {
    this.#editor = undefined
    this.#dropCarried()
  }

  /** Drops the edits and makes `bytes` the base. */
  rebase(bytes: Uint8Array): void {
    this.#dropCarried()
    this.#replacement = undefined
    this.#editor?.rebase(bytes)
  }

  /** Formats the value in its editor. @returns Whether it could be. */
  format(): boolean {
    return this.#editor?.format?.() ?? false
  }

  focusEditor(): void {
    if (this.#editor === undefined) this.#focusViewer?.()
    else this.#editor.focus()
  }

  /** Focuses the value; or what shows it next, if `shouldFocus` then returns true. */
  focusOnce(shouldFocus: () => boolean): void {
    if (this.#editor === undefined && this.#focusViewer === undefined) this.#shouldFocus = shouldFocus
    else this.focusEditor()
  }

  /** Updates whether there are edits. */
  reportEdits(): void {
    this.dispatch({ type: 'edited', isDirty: this.isDirty, replacement: this.#replacement })
  }

  #focusIfRequested(focus: () => void): void {
    if (this.#shouldFocus?.() === true) focus()
    this.#shouldFocus = undefined
  }

  #dropCarried(): void {
    this.#carried = undefined
  }
}
