import { randomUUID } from 'node:crypto'
import { link, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { makeFolder } from '../../../core/node/fs/open/make-folder.ts'
import { hasErrno } from './has-errno.ts'

export interface WriteFileOptions {
  /** May a file be replaced? Otherwise one that exists is an `EEXIST` error. */
  readonly replace: boolean
}

/** Writes a file whole or not at all: whoever reads it, even after a crash, sees the old text or the new one. */
export async function writeFileAtomically(
  path: string,
  text: string,
  options: WriteFileOptions,
): Promise<void> {
  const folder = dirname(path)
  await makeFolder(folder)
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.tmp`)
  try {
    await writeDurably(temporary, text, await modeOf(path))
    if (options.replace) await rename(temporary, path)
    else await claim(temporary, path)
    await syncFolder(folder)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Who could not read the old file cannot read the new one. */
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

/** A link, unlike a rename, refuses a name that is taken, and does so without a moment in between. */
async function claim(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    if (!hasErrno(error, ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])) throw error
    // A file system without links: take the name with an empty file, then put the text over it.
    await (await open(path, 'wx')).close()
    await rename(temporary, path)
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders, and needs no such call.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
