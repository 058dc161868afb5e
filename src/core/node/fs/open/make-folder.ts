import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCode } from '../disk/disk.ts'

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
