import { layoutFound } from '../../../core/node/fs/claim-folder.ts'
import type { LayoutName } from '../../../core/node/fs/layout.ts'
import { hasErrno } from '../files/file-failure.ts'

/** The layout to show a folder in: its own where it says to be a store, and otherwise its files as they are. */
export async function folderLayout(path: string): Promise<LayoutName> {
  try {
    return (await layoutFound(path)) ?? 'plain'
  } catch (error) {
    if (hasErrno(error, ['EACCES'])) return 'plain'
    throw error
  }
}
