import type { Disk } from '../disk/disk.ts'
import type { FolderGuard } from '../guard/folder-guard.ts'
import type { Layout } from '../layout.ts'
import type { LevelCache } from '../levels/level-cache.ts'
import type { FolderFlush } from '../sync/folder-sync.ts'
import { FolderSync } from '../sync/folder-sync.ts'
import { SyncLog } from '../sync/sync-log.ts'
import { TempFolder } from '../temp/temp-folder.ts'
import { type TempHome, TempLanes } from '../temp/temp-lanes.ts'
import { VersionClock } from '../values/etag.ts'
import { FolderKeeper } from '../values/folder-keeper.ts'
import { RetiredFiles } from '../values/retired-files.ts'
import type { SharedRoot } from './shared-root.ts'

/** What a put waits for: nothing, its bytes being on the device, or its name as well. */
export type Durability = 'none' | 'file' | 'full'

/** What the parts of one open store share. */
export interface StoreFiles {
  readonly disk: Disk
  readonly guard: FolderGuard
  readonly layout: Layout
  readonly durability: Durability
  readonly temps: TempHome
  readonly levels: LevelCache
  readonly keeper: FolderKeeper
  readonly folderSync: FolderFlush
  readonly syncLog: SyncLog
  readonly retired: RetiredFiles
  readonly clock: VersionClock
}

/** One clock for all stores of the process: no two of their versions have one time. */
const clock = new VersionClock()

export function storeFiles(
  disk: Disk,
  guard: FolderGuard,
  layout: Layout,
  durability: Durability,
  { levels, settled }: SharedRoot,
  prepareTemps: () => Promise<void>,
): StoreFiles {
  const folderSync = new FolderSync(disk, guard, settled)
  return {
    disk,
    guard,
    layout,
    durability,
    levels,
    clock,
    retired: new RetiredFiles(disk),
    folderSync,
    temps:
      layout.name === 'strata'
        ? new TempLanes(disk, guard, layout.tempFolder, prepareTemps)
        : new TempFolder(disk, guard, layout.tempFolder, layout.keepsTempFolder, prepareTemps),
    keeper: new FolderKeeper(disk, guard, { levels, settled }, layout.ownsFolders),
    syncLog: new SyncLog(disk, guard, folderSync),
  }
}
