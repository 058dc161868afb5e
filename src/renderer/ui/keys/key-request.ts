import type { Query } from '../../../core/query/query.ts'
import type { ManyKeyAction } from './chosen-keys.ts'
import type { DraggedKeys } from './key-drag.ts'
import type { KeySelection } from './key-selection.ts'

/** What was dropped on a branch. */
export interface Dropped {
  readonly isMove: boolean
  /** Keys of this window. */
  readonly keys: DraggedKeys | undefined
  /** Files and folders of the system. */
  readonly entries: readonly (FileSystemEntry | File)[]
}

/** A request to the window by a view of keys, such as the tree or a table of children. Keys are texts such as `/a/b`. */
export type KeyRequest =
  | { readonly type: 'newKey'; readonly below: string }
  | { readonly type: 'delete'; readonly key: string; readonly isValue: boolean; readonly isBranch: boolean }
  | { readonly type: 'copyKey'; readonly key: string }
  /** A value was renamed. */
  | {
      readonly type: 'renamed'
      readonly from: string
      readonly to: string
      readonly entry: number | undefined
    }
  /** All keys at and below `from` are to move. */
  | { readonly type: 'moveBranch'; readonly from: string; readonly to: string }
  | { readonly type: 'goToKey' }
  | { readonly type: 'query'; readonly below: string }
  | { readonly type: 'openQuery'; readonly query: Query }
  /** Keys or files were dropped on a branch. */
  | ({ readonly type: 'drop'; readonly below: string } & Dropped)
  /** Something is to be done to the chosen keys; `below` is the branch that is pasted into. */
  | {
      readonly type: 'many'
      readonly action: ManyKeyAction
      readonly selection: KeySelection
      readonly below: string
    }
