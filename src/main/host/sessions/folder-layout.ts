import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { hasErrno } from '../files/has-errno.ts'

/** Where a store leaves its layout in the folders that it makes. */
const MARKER = join('.strata', 'layout.json')

/** The layout to show a folder in: its own when a store of this program made it, and otherwise its files as they are. */
export async function folderLayout(path: string): Promise<'strata' | 'plain'> {
  try {
    await access(join(path, MARKER))
    return 'strata'
  } catch (error) {
    if (hasErrno(error, ['ENOENT', 'ENOTDIR', 'EACCES'])) return 'plain'
    throw error
  }
}
