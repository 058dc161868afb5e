import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DatastoreError } from '../../../errors.ts'
import { systemCode } from '../disk/disk.ts'
import { Obstacle, RootGone } from '../guard/obstacle.ts'
import { makeFolder } from './make-folder.ts'

/**
 * The real path of the folder at `path`.
 * @throws DatastoreError `CONFIG_INVALID` where there is none, `ACCESS_DENIED`, `IO`
 */
export async function openRoot(path: string, create: boolean): Promise<string> {
  const absolute = resolve(path)
  try {
    if (create) await makeFolder(absolute)
    const root = await realpath(absolute)
    if ((await stat(root)).isDirectory()) return root
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
