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

/** @param id Names the folder itself. Each call needs its `releaseRoot`. */
export function shareRoot(id: string): SharedRoot {
  const entry = roots.get(id) ?? {
    queue: new WriteQueue(),
    levels: new LevelCache(),
    changes: new OwnChanges(),
    settled: new SettledFolders(),
    users: 0,
  }
  roots.set(id, entry)
  entry.users++
  return entry
}

export function releaseRoot(id: string): void {
  const entry = roots.get(id)
  if (entry === undefined) return
  entry.users--
  if (entry.users === 0) roots.delete(id)
}
