import { create } from 'zustand'

/** How the tree of a session was left. */
interface TreeMemory {
  /** The branches that were open. */
  readonly open: readonly string[]
  /** The key with the focus. */
  readonly focus: string | undefined
  /** The key of the first row in sight, and how many pixels of it were scrolled away. */
  readonly top: { readonly key: string; readonly pixels: number } | undefined
}

const MAX_SESSIONS = 20
const memories = new Map<string, TreeMemory>()

/** Keeps how a session's tree was left while the page lives, for the last few sessions. */
export function rememberTree(session: string, memory: TreeMemory): void {
  memories.delete(session)
  memories.set(session, memory)
  for (const oldest of memories.keys()) {
    if (memories.size <= MAX_SESSIONS) break
    memories.delete(oldest)
  }
}

export function recallTree(session: string): TreeMemory | undefined {
  return memories.get(session)
}

interface TreeOptions {
  /** Whether branches whose only child is a branch share its row. */
  readonly isCompact: boolean
}

/** How trees are shown, for all sessions. */
export const useTreeOptions = create<TreeOptions>(() => ({ isCompact: true }))

export function toggleCompact(): void {
  useTreeOptions.setState(({ isCompact }) => ({ isCompact: !isCompact }))
}
