import { mkdir, realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { DatastoreError } from '../../errors.ts'
import { etagSourceOf } from '../../open/identity.ts'
import type { StoreInfo } from '../../open/store.ts'
import { Gate } from '../../open/turns.ts'
import { claimedLayout, claimFolder, markerRenewal } from './claim-folder.ts'
import { type Disk, systemCode } from './disk.ts'
import { Obstacle, RootGone } from './failures.ts'
import { type FolderGuard, LinkResolver } from './folder-guard.ts'
import { type FolderFlush, FolderSync, SettledFolders, SyncLog } from './folder-sync.ts'
import type { CheckedOptions } from './fs-datastore.ts'
import { createGuard } from './guards.ts'
import { KeyFolders } from './key-folders.ts'
import type { Layout } from './layout.ts'
import { LevelCache, LevelReader } from './levels.ts'
import { RetiredFiles } from './staged-file.ts'
import { SizeReader } from './store-walk.ts'
import { ValueWriter } from './store-writes.ts'
import { TempFolder, TempFolders, type TempLocation } from './temp-folder.ts'
import { OwnChanges } from './tree-watch.ts'
import { KeyPlaces, ValueReader, VersionClock } from './value-reader.ts'

/**
 * What all stores of this process on one folder share, so that they have one order of calls, one set of cached levels,
 * and all changes.
 */
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

/** @param id Identifies the folder itself. Each call needs a `releaseRoot`. */
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
  readonly temps: TempLocation
  readonly levels: LevelCache
  readonly keyFolders: KeyFolders
  readonly folderSync: FolderFlush
  readonly syncLog: SyncLog
  readonly retired: RetiredFiles
  readonly clock: VersionClock
}

/** One clock for all stores of the process, so that no two of their versions have the same time. */
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
        ? new TempFolders(disk, guard, layout.tempFolder, prepareTemps)
        : new TempFolder(disk, guard, layout.tempFolder, layout.keepsTempFolder, prepareTemps),
    keyFolders: new KeyFolders(disk, guard, { levels, settled }, layout.ownsFolders),
    syncLog: new SyncLog(disk, guard, folderSync),
  }
}

/** The parts of an open store. */
export interface OpenFolder {
  readonly root: string
  readonly info: StoreInfo
  /** The beginning of the store's etags. */
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
  /** Closes everything that is open in the folder. */
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

/**
 * Creates a folder and missing ones above it. Node's own `recursive` never ends if the system says that an existing
 * parent is missing, as Linux does in `/proc`.
 * @param mode Permissions of the folder itself. Missing ones above it get the system's default.
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    if (await isFolder(path)) return
    const parent = dirname(path)
    if (systemCode(error) !== 'ENOENT' || parent === path) throw error
    await makeFolder(parent)
    await makeOne(path, mode)
  }
}

/** Another process may create the same folder at the same time. */
async function makeOne(path: string, mode: number | undefined): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
}

/** Whether a path is already a folder, regardless of the error of creating it. */
async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return false
  }
}

/** The folder of a store. */
interface Root {
  /** The real path. */
  readonly path: string
  /** Identifies the folder itself, in every process and regardless of its path: by device and inode. */
  readonly id: string
}

/**
 * The folder at `path`.
 * @throws DatastoreError `CONFIG_INVALID` if there is none, `ACCESS_DENIED`, `IO`
 */
export async function openRoot(path: string, create: boolean): Promise<Root> {
  const absolute = resolve(path)
  try {
    if (create) await makeFolder(absolute)
    const root = await realpath(absolute)
    // 64-bit numbers, as on Windows, would not be exact otherwise.
    const stats = await stat(root, { bigint: true })
    // Some file systems have no inode numbers.
    const id = stats.ino === 0n ? root : `${stats.dev}:${stats.ino}`
    if (stats.isDirectory()) return { path: root, id }
  } catch (error) {
    throw cannotOpen(absolute, error)
  }
  throw new DatastoreError('CONFIG_INVALID', `Cannot open ${JSON.stringify(absolute)}: it is not a folder`)
}

/** The error that `open` rejects with: a failure of a file operation in the store's terms; anything else as it is. */
function cannotOpen(path: string, error: unknown): unknown {
  const begin = `Cannot open ${JSON.stringify(path)}`
  if (error instanceof RootGone) {
    return new DatastoreError('CONFIG_INVALID', `${begin}: there is no such folder`, { cause: error })
  }
  if (error instanceof Obstacle) {
    const code = error.kind === 'link' ? 'ACCESS_DENIED' : 'CONFIG_INVALID'
    return new DatastoreError(code, `${begin}: ${error.message}`, { cause: error })
  }
  switch (systemCode(error)) {
    case 'ENOENT':
      return new DatastoreError('CONFIG_INVALID', `${begin}: there is no such folder`, { cause: error })
    case 'EEXIST':
    case 'ENOTDIR':
      return new DatastoreError('CONFIG_INVALID', `${begin}: it is not a folder`, { cause: error })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new DatastoreError('ACCESS_DENIED', `${begin}: permission denied`, { cause: error })
    default:
      return hasSyscall(error)
        ? new DatastoreError('IO', `${begin}: the file system failed`, { cause: error })
        : error
  }
}

function hasSyscall(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
