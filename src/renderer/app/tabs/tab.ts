import type { Problem } from '../../../shared/procedures/stacks.ts'

/** How the bytes of a value are shown. */
export type View = 'auto' | 'text' | 'json' | 'hex'

interface TabBase {
  readonly id: string
  /** Its session; absent for a stack that has not been opened yet. */
  readonly session: string | undefined
  /** A preview is replaced by the next one. */
  readonly isPreview: boolean
  readonly isDirty: boolean
}

export interface KeyTabState extends TabBase {
  readonly kind: 'key'
  readonly key: string
  readonly view: View
}

interface BranchTabState extends TabBase {
  readonly kind: 'branch'
  readonly key: string
}

export interface StackTabState extends TabBase {
  readonly kind: 'stack'
  /** The stack's name when the tab was opened. */
  readonly name: string
  readonly initial: {
    readonly text: string
    readonly path?: string
    /** The text as an earlier window left it, where it was not applied. */
    readonly draft?: string
    /** Why `text` could not be opened. */
    readonly refused?: Problem
  }
  /** Where the draft is kept; two tabs with the same name are one. */
  readonly draftName: string
}

export type Tab = KeyTabState | BranchTabState | StackTabState

/** Describes a tab to open. */
export type TabSpec =
  | Pick<KeyTabState, 'kind' | 'session' | 'key' | 'view'>
  | Pick<BranchTabState, 'kind' | 'session' | 'key'>
  | Pick<StackTabState, 'kind' | 'session' | 'name' | 'initial' | 'draftName'>

/** Short, for the tab itself: the key's last segment. */
export function tabTitle(tab: Tab): string {
  if (tab.kind === 'stack') return `Stack: ${tab.name}`
  const name = tab.key.slice(tab.key.lastIndexOf('/') + 1)
  if (tab.kind === 'key') return name
  return name === '' ? '/' : `${name}/`
}

/** Whole, for its tooltip and for questions about it. */
export function tabDescription(tab: Tab): string {
  return tab.kind === 'stack' ? tabTitle(tab) : tab.key
}
