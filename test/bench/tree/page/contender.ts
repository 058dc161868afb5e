/** A tree that draws `folders` expanded branches of `each` keys. */
export interface Contender {
  /** Starts to draw. */
  draw(root: HTMLElement): void
  /** Whether all branches are expanded. */
  isWhole(): boolean
  /** Collapses the first branch. */
  close(): void
  open(): void
  /** Selects the row after the selected one. */
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
