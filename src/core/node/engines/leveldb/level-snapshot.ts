import { copyFile, link, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { failure } from '../../../errors.ts'
import { systemCode } from '../../fs/disk.ts'
import { isLeftOver, nextTempName } from '../../fs/owned-name.ts'

const ATTEMPTS = 20
/** The prefix of the names of copies. The name of the owning process follows. */
const COPY = 'strata-leveldb-'

/** A copy of a LevelDB folder. */
export interface LevelSnapshot {
  readonly path: string
  remove(): Promise<void>
}

/**
 * Copies a LevelDB folder as it is now without changing it: opening a LevelDB writes to its folder even for reading.
 * Tables are immutable, so they are hard-linked if possible; the other files are small and are copied.
 * @throws DatastoreError `CONFLICT` if its owner changes it too quickly.
 */
export async function snapshotOf(path: string): Promise<LevelSnapshot> {
  await removeLeftovers()
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const copy = join(tmpdir(), COPY + nextTempName())
    await mkdir(copy, { mode: 0o700 })
    const remove = () => rm(copy, { recursive: true, force: true })
    try {
      if (await copyFolder(path, copy)) return { path: copy, remove }
    } catch (error) {
      await remove()
      throw error
    }
    await remove()
  }
  const state = 'its files change too quickly to be copied; try again later'
  throw failure('CONFLICT', 'copy a LevelDB folder', undefined, state)
}

/** Removes the copies of processes that have ended. A copy that may not be removed belongs to another user. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(COPY)) continue
    const path = join(tmpdir(), name)
    try {
      const { mtimeMs } = await stat(path)
      if (isLeftOver(name.slice(COPY.length), Date.now() - mtimeMs)) await rm(path, { recursive: true })
    } catch (error) {
      if (systemCode(error) === undefined) throw error
    }
  }
}

/** @returns Whether the folder stayed unchanged in the meantime, as far as that matters. */
async function copyFolder(path: string, copy: string): Promise<boolean> {
  const before = await readFile(join(path, 'CURRENT'), 'latin1')
  const names = (await readdir(path)).filter(isOfData)
  try {
    // Tables first: those that the manifest will name exist already.
    for (const name of names.filter(isTable)) await linkOrCopy(join(path, name), join(copy, name))
    for (const name of names.filter(one => !isTable(one))) await copyFile(join(path, name), join(copy, name))
  } catch (error) {
    // Compacted away since the folder was read.
    if (systemCode(error) === 'ENOENT') return false
    throw error
  }
  const after = (await readdir(path)).filter(isOfData)
  const isSame = after.length === names.length && after.every(name => names.includes(name))
  return isSame && (await readFile(join(path, 'CURRENT'), 'latin1')) === before
}

function isTable(name: string): boolean {
  return /\.(ldb|sst)$/.test(name)
}

function isOfData(name: string): boolean {
  return isTable(name) || name === 'CURRENT' || name.startsWith('MANIFEST-') || /^\d+\.log$/.test(name)
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    // Another file system, one without hard links, or files of another user.
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK', 'EACCES'].includes(systemCode(error) ?? '')) throw error
    await copyFile(from, to)
  }
}
