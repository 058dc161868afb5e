import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { PRIVATE_FOLDER } from '../layouts/strata.ts'

/** So many entries are looked at before it is given up. */
const MOST = 10_000

/** The extension, of those given, that the first file of a folder has, the nearest to its root; `undefined` for none. */
export async function findExtension(
  root: string,
  extensions: readonly string[],
): Promise<string | undefined> {
  const folders = [root]
  let seen = 0
  for (const folder of folders) {
    for await (const entry of await opendir(folder)) {
      if (++seen > MOST) return undefined
      if (entry.isDirectory() && entry.name !== PRIVATE_FOLDER) folders.push(join(folder, entry.name))
      const found = entry.isFile() ? extensions.find(one => entry.name.endsWith(one)) : undefined
      if (found !== undefined) return found
    }
  }
  return undefined
}
