import { Gate } from '../../../open/gate.ts'
import { etagSourceOf } from '../../../open/identity.ts'
import type { StoreInfo } from '../../../open/store.ts'
import type { Disk } from '../disk/disk.ts'
import type { CheckedOptions } from '../fs-options.ts'
import { createGuard } from '../guard/create-guard.ts'
import type { FolderGuard } from '../guard/folder-guard.ts'
import { LinkResolver } from '../guard/link-resolver.ts'
import type { Layout } from '../layout.ts'
import { LevelCache } from '../levels/level-cache.ts'
import { LevelReader } from '../levels/level-reader.ts'
import { SizeReader } from '../levels/store-walk.ts'
import type { FolderFlush } from '../sync/folder-sync.ts'
import { FolderSync, SettledFolders } from '../sync/folder-sync.ts'
import { SyncLog } from '../sync/sync-log.ts'
import type { TempHome } from '../temp/temp-folder.ts'
import { TempFolder, TempLanes } from '../temp/temp-folder.ts'
import { RetiredFiles } from '../values/file-moves.ts'
import { FolderKeeper } from '../values/folder-keeper.ts'
import { KeyPlaces, ValueReader, VersionClock } from '../values/value-reader.ts'
import { ValueWriter } from '../values/value-writer.ts'
import { OwnChanges } from '../watch/tree-watch.ts'
import { claimedLayout, claimFolder, markerRenewal } from './claim-folder.ts'
import { cannotOpen, openRoot } from './open-root.ts'

/** What all stores of this process on one folder share, so that they see one order of calls, one set of listings and all changes. */
export interface SharedRoot {
  readonly gate: Gate
  readonly levels: LevelCache
  readonly changes: OwnChanges
  readonly settled: SettledFolders
}

interface Entry extends SharedRoot {
  users: number
}

const roots = new Map<string, Entry>()

/** @param id Names the folder itself. Each call needs its `releaseRoot`. */
function shareRoot(id: string): SharedRoot {
  const entry = roots.get(id) ?? {
    gate: new Gate(),
    levels: new LevelCache(),
    changes: new OwnChanges(),
    settled: new SettledFolders(),
    users: 0,
  }
  roots.set(id, entry)
  entry.users++
  return entry
}

function releaseRoot(id: string): void {
  const entry = roots.get(id)
  if (entry === undefined) return
  entry.users--
  if (entry.users === 0) roots.delete(id)
}

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

function storeFiles(
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

/** The parts of an open store. */
export interface OpenFolder {
  readonly root: string
  readonly info: StoreInfo
  /** What the etags of the store begin with. */
  readonly etagSource: string
  readonly readOnly: boolean
  readonly shared: SharedRoot
  readonly files: StoreFiles
  readonly links: LinkResolver | undefined
  readonly places: KeyPlaces
  readonly reader: ValueReader
  readonly writer: ValueWriter
  readonly levels: LevelReader
  readonly sizes: SizeReader
  /** Closes what is open in the folder. */
  release(): Promise<void>
}

/** @throws DatastoreError `CONFIG_INVALID`, `ACCESS_DENIED`, `CORRUPT`, `IO` */
export async function openFolder(path: string, options: CheckedOptions, disk: Disk): Promise<OpenFolder> {
  const { durability, readOnly } = options
  const { path: root, id } = await openRoot(path, options.create)
  const guard = await createGuard(disk, root).catch((error: unknown) => {
    throw cannotOpen(root, error)
  })
  const shared = shareRoot(id)
  try {
    const layout = await claimFolder(disk, guard, options.layout, readOnly)
    const renew = markerRenewal(disk, guard, await claimedLayout(disk, guard, layout))
    const files = storeFiles(disk, guard, layout, durability, shared, renew)
    if (!readOnly) await files.temps.sweep()
    const links = options.followLinks ? new LinkResolver(disk, root) : undefined
    const info = { kind: 'fs', id: `fs:${id}` }
    return {
      root,
      info,
      etagSource: etagSourceOf(info.id),
      readOnly,
      shared,
      files,
      links,
      places: new KeyPlaces(guard, layout, links),
      reader: new ValueReader(disk, guard, layout),
      writer: new ValueWriter(files),
      levels: new LevelReader(files, links),
      sizes: new SizeReader(files, links),
      async release() {
        releaseRoot(id)
        await files.retired.drain()
        await files.temps.close()
        await guard.close()
      },
    }
  } catch (error) {
    releaseRoot(id)
    throw cannotOpen(root, error)
  }
}
