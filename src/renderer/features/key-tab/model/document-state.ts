import type { Failure, StatValue } from '../../../../shared/values.ts'
import type { Version } from './read-value.ts'

/** Somebody else was at the value while it was being edited here. */
export type Conflict = { readonly type: 'changed'; readonly theirs: StatValue } | { readonly type: 'deleted' }

/** A value that is open. */
export interface OpenValue {
  readonly phase: 'open'
  /** What was loaded or put last; edits are told from it. */
  readonly base: Version
  readonly isDirty: boolean
  readonly isPutting: boolean
  readonly conflict: Conflict | undefined
  /** The last thing that went wrong and was not yet tried again. */
  readonly failure: Failure | undefined
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
  | { readonly type: 'edited'; readonly isDirty: boolean }
  | { readonly type: 'putting' }
  | { readonly type: 'put'; readonly base: Version; readonly isDirty: boolean }
  | { readonly type: 'failed'; readonly failure: Failure }
  | { readonly type: 'seen'; readonly theirs: StatValue | undefined }
  /** The failure was read. */
  | { readonly type: 'dismissed' }
  | { readonly type: 'accepted'; readonly theirs: StatValue | undefined }

export const LOADING: DocumentState = { phase: 'loading' }

/** An empty value that is not in the store yet. */
export const NEW_VALUE: Version = { bytes: new Uint8Array(), isWhole: true, stat: undefined }

/** Whether there is anything to put: edits, or a value that the store does not have. */
export function hasSomethingToPut(state: DocumentState): boolean {
  return state.phase === 'open' && (state.isDirty || state.base.stat === undefined)
}

/**
 * Judges what the store has now against what is open here.
 * @returns `reload` where nothing would be lost by showing theirs, `conflict` where edits would.
 */
export function judge(state: DocumentState, theirs: StatValue | undefined): 'same' | 'reload' | 'conflict' {
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
      return state.isDirty === event.isDirty ? state : { ...state, isDirty: event.isDirty }
    case 'putting':
      return { ...state, isPutting: true, failure: undefined }
    case 'put':
      return { ...opened(event.base), isDirty: event.isDirty }
    case 'failed':
      return { ...state, isPutting: false, failure: event.failure }
    case 'dismissed':
      return { ...state, failure: undefined }
    case 'seen':
      return { ...state, isPutting: false, conflict: conflictWith(state, event.theirs) }
    case 'accepted':
      return {
        ...state,
        base: { ...state.base, stat: event.theirs },
        conflict: undefined,
        failure: undefined,
      }
  }
}

function conflictWith(state: OpenValue, theirs: StatValue | undefined): Conflict | undefined {
  if (judge(state, theirs) === 'same') return undefined
  return theirs === undefined ? { type: 'deleted' } : { type: 'changed', theirs }
}

function opened(base: Version): OpenValue {
  return { phase: 'open', base, isDirty: false, isPutting: false, conflict: undefined, failure: undefined }
}
