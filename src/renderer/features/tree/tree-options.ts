import { create } from 'zustand'

interface TreeOptions {
  /** Whether branches whose only child is a branch share its row. */
  readonly isCompact: boolean
}

/** How trees are shown, for all sessions. */
export const useTreeOptions = create<TreeOptions>(() => ({ isCompact: true }))

export function toggleCompact(): void {
  useTreeOptions.setState(({ isCompact }) => ({ isCompact: !isCompact }))
}
