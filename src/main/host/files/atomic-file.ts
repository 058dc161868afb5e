import { link, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { makeFolder } from '../../../core/node/fs/open-folder.ts'
import { isLeftOver, nextTempName } from '../../../core/node/fs/owned-name.ts'
import { syncFolder } from '../../../core/node/regular-file.ts'
import { hasErrno } from './file-failure.ts'

export interface WriteFileOptions {
  /** Whether a file may be replaced. If not, an existing one is an `EEXIST` error. */
  readonly replace: boolean
  /**
   * Whether only the user may read the file. Otherwise it has the permissions of the replaced file, or the system's
   * default.
   */
  readonly isPrivate?: boolean | undefined
}

/** Writes a file atomically: readers see the old text or the new one, even after a crash. */
export async function writeFileAtomically(
  path: string,
  text: string,
  options: WriteFileOptions,
): Promise<void> {
  const folder = dirname(path)
  await makeFolder(folder)
  const temporary = join(folder, `${temporaryPrefix(path)}${nextTempName()}`)
  try {
    await writeDurably(temporary, text, options.isPrivate === true ? 0o600 : await modeOf(path))
    if (options.replace) await rename(temporary, path)
    else await claim(temporary, path)
    await syncFolder(folder)
  } finally {
    await rm(temporary, { force: true })
  }
}

/**
 * Removes the temporary files of killed processes next to a file. Failures are ignored, because such a file does no
 * harm.
 */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path)
  const prefix = temporaryPrefix(path)
  const names = await readdir(folder).catch(() => [])
  const left = names.filter(name => name.startsWith(prefix) && name.endsWith('.tmp'))
  await Promise.all(left.map(name => removeIfLeft(folder, name)))
}

/** Removes a temporary file if the process that wrote it has ended. */
export async function removeIfLeft(folder: string, name: string): Promise<void> {
  const path = join(folder, name)
  // `.NAME.OWNED-NAME.tmp`, where only NAME can contain further dots.
  const ownName = name.split('.').slice(-2).join('.')
  try {
    const age = Date.now() - (await stat(path)).mtimeMs
    if (isLeftOver(ownName, age)) await rm(path, { force: true })
  } catch {
    // Another program removed it, or it may not be removed.
  }
}

function temporaryPrefix(path: string): string {
  return `.${basename(path)}.`
}

/** Users who could not read the old file cannot read the new one. */
async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o777
  } catch (error) {
    if (hasErrno(error, ['ENOENT'])) return undefined
    throw error
  }
}

async function writeDurably(path: string, text: string, mode: number | undefined): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A hard link, unlike a rename, fails if the name is taken, and does so atomically. */
async function claim(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    if (!hasErrno(error, ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])) throw error
    // A file system without hard links: create an empty file with the name, then rename the text over it.
    await (await open(path, 'wx')).close()
    await rename(temporary, path)
  }
}
