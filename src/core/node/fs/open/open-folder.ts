import type { Disk } from '../disk/disk.ts'
import type { CheckedOptions } from '../fs-options.ts'
import { createGuard } from '../guard/folder-guard.ts'
import { LinkResolver } from '../guard/link-resolver.ts'
import { LevelReader } from '../levels/level-reader.ts'
import { SizeReader } from '../levels/size-reader.ts'
import { KeyPlaces } from '../values/key-places.ts'
import { ValueReader } from '../values/value-reader.ts'
import { ValueWriter } from '../values/value-writer.ts'
import { claimFolder } from './claim-folder.ts'
import { claimedLayout, markerRenewal } from './marker-renewal.ts'
import { cannotOpen, openRoot } from './open-root.ts'
import type { SharedRoot } from './shared-root.ts'
import { releaseRoot, shareRoot } from './shared-root.ts'
import type { StoreFiles } from './store-files.ts'
import { storeFiles } from './store-files.ts'

/** The parts of an open store. */
export interface OpenFolder {
  readonly root: string
  readonly readOnly: boolean
  readonly shared: SharedRoot
  readonly files: StoreFiles
  readonly links: LinkResolver | undefined
  readonly places: KeyPlaces
  readonly reader: ValueReader
  readonly writer: ValueWriter
  readonly levels: LevelReader
  readonly sizes: SizeReader
  /** Lets go of the folder. */
  release(): Promise<void>
}

/** @throws DatastoreError `CONFIG_INVALID`, `ACCESS_DENIED`, `CORRUPT`, `IO` */
export async function openFolder(path: string, options: CheckedOptions, disk: Disk): Promise<OpenFolder> {
  const { durability, readOnly } = options
  const root = await openRoot(path, options.create)
  const guard = await createGuard(disk, root).catch((error: unknown) => {
    throw cannotOpen(root, error)
  })
  const shared = shareRoot(guard.id)
  try {
    const layout = await claimFolder(disk, guard, options.layout, readOnly)
    const renew = markerRenewal(disk, guard, await claimedLayout(disk, guard, layout))
    const files = storeFiles(disk, guard, layout, durability, shared, renew)
    if (!readOnly) await files.temps.sweep()
    const links = options.followLinks ? new LinkResolver(disk, root) : undefined
    return {
      root,
      readOnly,
      shared,
      files,
      links,
      places: new KeyPlaces(guard, layout, links),
      reader: new ValueReader(disk, guard, layout),
      writer: new ValueWriter(files),
      levels: new LevelReader(files, links),
      sizes: new SizeReader(files, links),
      async release() {
        releaseRoot(guard.id)
        await files.retired.drain()
        await files.temps.close()
        await guard.close()
      },
    }
  } catch (error) {
    releaseRoot(guard.id)
    throw cannotOpen(root, error)
  }
}
