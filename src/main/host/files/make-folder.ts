import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hasErrno } from './has-errno.ts'

/**
 * Makes a folder and what is missing above it. Node's own `recursive` never ends where the system says that a folder's
 * parent is missing though it is there, as Linux does in `/proc`.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if (hasErrno(error, ['EEXIST']) && (await stat(path)).isDirectory()) return
    const parent = dirname(path)
    if (!hasErrno(error, ['ENOENT']) || parent === path) throw error
    await makeFolder(parent)
    await makeOne(path)
  }
}

/** Somebody else may make the same folder at the same time. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if (!hasErrno(error, ['EEXIST'])) throw error
  }
}
