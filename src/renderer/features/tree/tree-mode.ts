/** Pixels of the window. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** What the tree is doing beside being looked at. */
export type TreeMode =
  | { readonly type: 'browse' }
  | { readonly type: 'jump' }
  | { readonly type: 'rename'; readonly key: string }
  /** A name was typed for a key that is value and branch: which of them takes it? */
  | { readonly type: 'renameChoice'; readonly from: string; readonly to: string; readonly at: Point }
  /** The menu of the row with the focus, or of the tree as a whole. */
  | { readonly type: 'menu'; readonly about: 'row' | 'tree'; readonly at: Point }

export const BROWSING: TreeMode = { type: 'browse' }

/** Ends a mode, unless another one has begun since. */
export function without(type: TreeMode['type']): (mode: TreeMode) => TreeMode {
  return mode => (mode.type === type ? BROWSING : mode)
}
