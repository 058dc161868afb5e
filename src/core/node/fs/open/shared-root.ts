import { WriteQueue } from '../../../concurrency/write-queue.ts'
import { LevelCache } from '../levels/level-cache.ts'
import { SettledFolders } from '../sync/settled-folders.ts'
import { OwnChanges } from '../watch/own-changes.ts'

/** What all stores of this process on one folder share, so that they see one order of calls, one set of listings and all changes. */
export interface SharedRoot {
  readonly queue: WriteQueue
  readonly levels: LevelCache
  readonly changes: OwnChanges
  readonly settled: SettledFolders
}

interface Entry extends SharedRoot {
  users: number
}

const roots = new Map<string, Entry>()

/** @param root The real path of the folder. Each call needs its `releaseRoot`. */
export function shareRoot(root: string): SharedRoot {
  const entry = roots.get(root) ?? {
    queue: new WriteQueue(),
    levels: new LevelCache(),
    changes: new OwnChanges(),
    settled: new SettledFolders(),
    users: 0,
  }
  roots.set(root, entry)
  entry.users++
  return entry
}

export function releaseRoot(root: string): void {
  const entry = roots.get(root)
  if (entry === undefined) return
  entry.users--
  if (entry.users === 0) roots.delete(root)
}
