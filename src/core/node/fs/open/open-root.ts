import { mkdir, realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { DatastoreError } from '../../../errors.ts'
import { systemCode } from '../disk/disk.ts'
import { Obstacle, RootGone } from '../failures.ts'

/**
 * Makes a folder and what is missing above it. Node's own `recursive` never ends where the system says that a folder's
 * parent is missing though it is there, as Linux does in `/proc`.
 * @param mode Permissions of the folder itself; what is missing above it gets the system's own.
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

/** Somebody else may make the same folder at the same time. */
async function makeOne(path: string, mode: number | undefined): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
}

/** What stands at a path may be a folder already, whatever the system said to its being made again. */
async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return false
  }
}

/** The folder of a store. */
export interface Root {
  /** The real path. */
  readonly path: string
  /** Names the folder itself, whatever its path and in every process: by its device and inode. */
  readonly id: string
}

/**
 * The folder at `path`.
 * @throws DatastoreError `CONFIG_INVALID` where there is none, `ACCESS_DENIED`, `IO`
 */
export async function openRoot(path: string, create: boolean): Promise<Root> {
  const absolute = resolve(path)
  try {
    if (create) await makeFolder(absolute)
    const root = await realpath(absolute)
    // Numbers of 64 bits, as Windows has them, are not exact otherwise.
    const stats = await stat(root, { bigint: true })
    // Some file systems have no inode numbers.
    const id = stats.ino === 0n ? root : `${stats.dev}:${stats.ino}`
    if (stats.isDirectory()) return { path: root, id }
  } catch (error) {
    throw cannotOpen(absolute, error)
  }
  throw new DatastoreError('CONFIG_INVALID', `Cannot open ${JSON.stringify(absolute)}: it is no folder`)
}

/** What `open` rejects with: the failure of a file operation in the store's own terms; anything else as it is. */
export function cannotOpen(path: string, error: unknown): unknown {
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
      return new DatastoreError('CONFIG_INVALID', `${begin}: it is no folder`, { cause: error })
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
