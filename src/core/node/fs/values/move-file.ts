import { setTimeout } from 'node:timers/promises'
import type { Disk } from '../disk/disk.ts'
import { systemCode } from '../disk/disk.ts'

/** Milliseconds between tries: about a second in all, as long as a virus scanner or indexer takes. */
const PAUSES = [1, 5, 10, 20, 50, 100, 200, 300, 300]
const TRANSIENT_ON_WINDOWS: readonly string[] = ['EPERM', 'EACCES', 'EBUSY']
const NO_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']

/** What was to be moved is not there. */
export class FileGone extends Error {
  override name = 'FileGone'
  readonly code = 'ENOENT'
  readonly syscall = 'rename'
}

/**
 * Renames a file. Windows refuses while somebody else has it open for a moment, so it is tried again there.
 * @param platform As `process.platform` names it.
 */
export async function renameFile(
  disk: Disk,
  from: string,
  to: string,
  platform: string = process.platform,
): Promise<void> {
  for (const pause of PAUSES) {
    try {
      await disk.rename(from, to)
      return
    } catch (error) {
      const code = systemCode(error) ?? ''
      if (code !== 'EBUSY' && !(platform === 'win32' && TRANSIENT_ON_WINDOWS.includes(code))) throw error
    }
    await setTimeout(pause)
  }
  await disk.rename(from, to)
}

/**
 * Moves a file to a name that is free; fails with `EEXIST` when a file has it and `EISDIR` when a folder does. Whoever comes at the same time, from this
 * process or another, only one gets the name.
 */
export async function moveToFreeName(disk: Disk, from: string, to: string): Promise<void> {
  try {
    await disk.link(from, to)
  } catch (error) {
    const code = systemCode(error) ?? ''
    if (code !== 'EEXIST' && !NO_LINKS.includes(code)) throw error
    const found = await disk.lstat(to)
    if (found?.isDirectory() === true) throw nameTaken('EISDIR', to)
    if (code === 'EEXIST') throw error
    // File systems without hard links, such as exFAT, leave a moment between look and rename.
    if (found !== undefined) throw nameTaken('EEXIST', to)
    await renameFile(disk, from, to)
    return
  }
  await disk.unlink(from)
}

function nameTaken(code: 'EEXIST' | 'EISDIR', path: string): Error {
  return Object.assign(new Error(`${code}: ${JSON.stringify(path)} is there already`), { code })
}
