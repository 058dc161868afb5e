import type { StoreStats } from '../../../datastore.ts'
import type { OpenFolder } from '../open/open-folder.ts'
import { walkStore } from './store-walk.ts'

/** Walks through all values. @param throwIfAborted Called between levels. */
export async function countValues(folder: OpenFolder, throwIfAborted: () => void): Promise<StoreStats> {
  let [entries, bytes] = [0, 0]
  const isWhole = await walkStore(folder, async places => {
    throwIfAborted()
    const sizes = (await folder.sizes.sizesOf(places)).filter(size => size !== undefined)
    entries += sizes.length
    bytes += sizes.reduce((sum, size) => sum + size, 0)
  })
  return { entries, bytes, accuracy: isWhole ? 'exact' : 'lower-bound' }
}
