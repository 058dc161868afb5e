import { create } from 'zustand'
import type { TextStorage } from '../../../api/host-storage.ts'

/** The saved state of a session's tree. */
export interface TreeMemory {
  /** The branches that were open. */
  readonly open: readonly string[]
  /** The key with the focus. */
  readonly focus: string | undefined
  /** The key of the first visible row, and how many of its pixels were scrolled out. */
  readonly top: { readonly key: string; readonly pixels: number } | undefined
}

/** The storage of one tree's state. */
export interface KeptTree {
  read(): TreeMemory | undefined
  write(memory: TreeMemory): void
}

/** Keeps the state of a session's tree while the page is open, and in `stored` between runs. */
export function keptTree(session: string, stored?: StoredTree): KeptTree {
  return {
    read: () => memories.get(session) ?? stored?.read(),
    write(memory) {
      rememberTree(session, memory)
      stored?.write(memory)
    },
  }
}

const MAX_SESSIONS = 20
const memories = new Map<string, TreeMemory>()

/** Saves the state of a session's tree until the page is closed, for the last few sessions. */
export function rememberTree(session: string, memory: TreeMemory): void {
  memories.delete(session)
  memories.set(session, memory)
  for (const oldest of memories.keys()) {
    if (memories.size <= MAX_SESSIONS) break
    memories.delete(oldest)
  }
}

/** The maximum number of stored open branches, and of characters in total. */
const LIMITS = { open: 2_000, characters: 256 * 1024 }

/** The state of the tree of one source, stored between runs. */
export class StoredTree {
  readonly #storage: TextStorage
  readonly #name: string

  /** @param source Identifies the source of the tree. */
  constructor(storage: TextStorage, source: string) {
    this.#storage = storage
    this.#name = `strata.tree.${source}`
  }

  read(): TreeMemory | undefined {
    const text = this.#storage.getItem(this.#name)
    return text === null ? undefined : parseMemory(text)
  }

  write({ open, focus, top }: TreeMemory): void {
    const text = JSON.stringify({ open: open.slice(0, LIMITS.open), focus, top })
    if (text.length <= LIMITS.characters) this.#storage.setItem(this.#name, text)
  }
}

function parseMemory(text: string): TreeMemory | undefined {
  const { open, focus, top } = (parseJson(text) ?? {}) as Record<string, unknown>
  if (!Array.isArray(open)) return undefined
  return {
    open: open.filter(key => typeof key === 'string'),
    focus: typeof focus === 'string' ? focus : undefined,
    top: parseTop((top ?? {}) as Record<string, unknown>),
  }
}

function parseTop({ key, pixels }: Record<string, unknown>): TreeMemory['top'] {
  return typeof key === 'string' && typeof pixels === 'number' ? { key, pixels } : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

interface TreeOptions {
  /** Whether branches whose only child is a branch share its row. */
  readonly isCompact: boolean
}

/** Display options of the trees of all sessions. */
export const useTreeOptions = create<TreeOptions>(() => ({ isCompact: true }))

export function toggleCompact(): void {
  useTreeOptions.setState(({ isCompact }) => ({ isCompact: !isCompact }))
}
