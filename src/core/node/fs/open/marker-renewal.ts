import { hasCode } from '../../../errors.ts'
import type { Disk } from '../disk/disk.ts'
import type { WantedLayout } from '../fs-options.ts'
import type { FolderGuard } from '../guard/folder-guard.ts'
import { RootGone } from '../guard/obstacle.ts'
import type { Layout } from '../layout.ts'
import { claimFolder } from './claim-folder.ts'
import { readShard } from './sharding-file.ts'

/** The layout that a folder was claimed for, as one asks for it. */
export async function claimedLayout(disk: Disk, guard: FolderGuard, layout: Layout): Promise<WantedLayout> {
  const { name, marker } = layout
  const shard = name === 'flatfs' ? await readShard(disk, guard) : undefined
  return { name, shard, extension: marker?.extension }
}

/**
 * Sees to it that a folder says what it is, also when it was emptied or made anew while the store is open: without its
 * marker, what is put there could not be opened again. Calls that come while it is at it share the outcome.
 * @returns Rejects with `RootGone` where something else is in the folder by now.
 */
export function markerRenewal(disk: Disk, guard: FolderGuard, layout: WantedLayout): () => Promise<void> {
  let running: Promise<void> | undefined
  const renew = async (): Promise<void> => {
    try {
      await claimFolder(disk, guard, layout, false)
    } catch (error) {
      throw hasCode(error, 'CONFIG_INVALID') ? new RootGone(guard.root, 'is no such store any more') : error
    }
  }
  return () => {
    running ??= renew().finally(() => {
      running = undefined
    })
    return running
  }
}
