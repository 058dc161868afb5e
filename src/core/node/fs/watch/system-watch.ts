import type { FSWatcher } from 'node:fs'
import { type Disk, systemCode } from '../disk/disk.ts'
import { burst } from './burst.ts'

/**
 * Whether one watch of the system covers a folder and all below it. Linux has none such; Node makes one up there out of
 * a watch for each file, which misses folders that come and go quickly.
 */
export const COVERS_BELOW = process.platform === 'darwin' || process.platform === 'win32'

/** The system cannot watch any more, or not here. */
export class CannotWatch extends Error {
  override name = 'CannotWatch'
}

/** What the system tells of a watched folder. */
export interface SystemEvent {
  /** What may have changed there (a path, where the watch covers what is below); `undefined`: anything. */
  readonly name: string | undefined
  /** Something came to this name, or left it. */
  readonly isRename: boolean
}

/**
 * Has the system tell of changes in a folder.
 * @returns `undefined` where there is no such folder any more.
 * @throws CannotWatch
 */
export function watchFolder(
  disk: Disk,
  path: string,
  told: (event: SystemEvent) => void,
  failed: (error: unknown) => void,
): FSWatcher | undefined {
  let watcher: FSWatcher
  try {
    watcher = disk.watch(path, COVERS_BELOW)
  } catch (error) {
    if (isGone(error)) return undefined
    throw meaningOf(error)
  }
  watcher.on('change', (type, name) => {
    burst.note()
    told({ name: nameOf(name), isRename: type === 'rename' })
  })
  // Windows says that a watched folder which is deleted may not be watched.
  watcher.on('error', error => {
    if (isGone(error) || systemCode(error) === 'EPERM') told({ name: undefined, isRename: true })
    else failed(meaningOf(error))
  })
  return watcher
}

/** Some systems do not say which name it was, whatever Node's types promise. */
function nameOf(name: string | Buffer | null): string | undefined {
  return name === null ? undefined : String(name)
}

function isGone(error: unknown): boolean {
  const code = systemCode(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function meaningOf(cause: unknown): unknown {
  const code = systemCode(cause)
  if (code === 'ENOSPC' || code === 'EMFILE') {
    const state =
      'the system watches no more folders (on Linux fs.inotify.max_user_watches and _instances say how many)'
    return new CannotWatch(state, { cause })
  }
  return new CannotWatch(`the system cannot watch its folder (${code ?? 'for no reason given'})`, { cause })
}
