/** What the tree asks of the app. Keys are texts such as `/a/b`. */
export type TreeRequest =
  | { readonly type: 'newKey'; readonly below: string }
  | { readonly type: 'delete'; readonly key: string; readonly isValue: boolean; readonly isBranch: boolean }
  | { readonly type: 'copyKey'; readonly key: string }
  /** A value was renamed. */
  | { readonly type: 'renamed'; readonly from: string; readonly to: string }
  /** All keys at and below `from` are to move. */
  | { readonly type: 'moveBranch'; readonly from: string; readonly to: string }
  | { readonly type: 'goToKey' }

export interface OpenOptions {
  readonly as: 'key' | 'branch'
  readonly isPreview: boolean
}

/** What the tree tells its surroundings. */
export interface TreeEvents {
  readonly onOpen: (key: string, options: OpenOptions) => void
  readonly onRequest: (request: TreeRequest) => void
}
