import { type DocumentEvent, type DocumentState, LOADING, NEW_VALUE, reduce } from './document-state.ts'
import type { Draft } from './draft-store.ts'
import type { Version } from './read-value.ts'

/** A transfer that is running. */
export interface Task {
  readonly label: string
  /** Bytes so far. */
  readonly done: number
  readonly total: number | undefined
  readonly cancel: () => void
}

/** Everything about one value that the window shows. */
export interface ValueSnapshot {
  readonly document: DocumentState
  readonly task: Task | undefined
  /** What an earlier window left unsaved, until it is restored or discarded. */
  readonly offeredDraft: Draft | undefined
}

/** Holds the snapshot that React reads and everything else changes. */
export class ValueState {
  readonly #listeners = new Set<() => void>()
  #snapshot: ValueSnapshot = { document: LOADING, task: undefined, offeredDraft: undefined }

  readonly getSnapshot = (): ValueSnapshot => this.#snapshot

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get document(): DocumentState {
    return this.#snapshot.document
  }

  /** What was loaded or put last; an empty new value where there is nothing. */
  get base(): Version {
    return this.document.phase === 'open' ? this.document.base : NEW_VALUE
  }

  show(change: Partial<ValueSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change }
    for (const listener of this.#listeners) listener()
  }

  dispatch(event: DocumentEvent): void {
    const document = reduce(this.document, event)
    if (document !== this.document) this.show({ document })
  }
}
