/** A tree that draws `folders` open branches of `each` keys. */
export interface Contender {
  /** Begins to draw. */
  draw(root: HTMLElement): void
  /** Whether all branches are open. */
  isWhole(): boolean
  /** Closes the first branch. */
  close(): void
  open(): void
  /** Selects the row after the one that is selected. */
  next(): void
}

export interface Shape {
  readonly folders: number
  readonly each: number
}

export function folderName(index: number, { folders }: Shape): string {
  return `folder-${String(index).padStart(String(folders).length, '0')}`
}

export function keyName(index: number, { each }: Shape): string {
  return `key-${String(index).padStart(String(each).length, '0')}`
}
