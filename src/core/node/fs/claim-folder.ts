import { opendir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatastoreError, hasCode } from '../../errors.ts'
import { printFlatfsShard } from '../../hash/flatfs-shard.ts'
import { Disk, systemCode } from './disk.ts'
import { RootGone } from './failures.ts'
import type { FolderGuard } from './folder-guard.ts'
import type { RequestedLayout } from './fs-datastore.ts'
import { createGuard } from './guards.ts'
import type { Layout, LayoutName, Marker } from './layout.ts'
import {
  DEFAULT_SHARD,
  flatfsVersion,
  readMarker,
  readShard,
  writeMarker,
  writeShard,
} from './layout-marker.ts'
import { isLayoutName, layoutOf } from './layouts.ts'
import { PRIVATE_FOLDER } from './strata-layout.ts'

/** The maximum number of entries that are examined. */
const MAX_ENTRIES = 10_000

/** The extension, of those given, that the first file of a folder has, nearest to its root; `undefined` for none. */
async function findExtension(root: string, extensions: readonly string[]): Promise<string | undefined> {
  const folders = [root]
  let seen = 0
  for (const folder of folders) {
    for await (const entry of await opendir(folder)) {
      if (++seen > MAX_ENTRIES) return undefined
      if (entry.isDirectory() && entry.name !== PRIVATE_FOLDER) folders.push(join(folder, entry.name))
      const found = entry.isFile() ? extensions.find(one => entry.name.endsWith(one)) : undefined
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** Files that file systems and desktops create in any folder. */
const SYSTEM_FILES: readonly string[] = ['lost+found', '.DS_Store', 'Thumbs.db', 'desktop.ini']
/** Layouts of other libraries, whose folders have no marker. */
const UNMARKED: readonly LayoutName[] = ['datastore-fs', 'py-datastore']

/**
 * Makes sure that a folder holds what the layout expects: nothing yet, or what the same layout wrote. A marked layout
 * writes its marker, flatfs its file `SHARDING`.
 * @returns The layout, as the folder has it.
 * @throws DatastoreError `CONFIG_INVALID` naming the layout found; `CORRUPT` for an invalid marker.
 */
export async function claimFolder(
  disk: Disk,
  guard: FolderGuard,
  requested: RequestedLayout,
  readOnly: boolean,
): Promise<Layout> {
  const { root } = guard
  const found = await findMarker(disk, guard)
  if (found !== undefined) refuseOther(root, requested, found)
  if (requested.name === 'flatfs') return claimFlatfs(disk, guard, requested, readOnly)
  const extension = found?.extension ?? requested.extension ?? (await guessExtension(root, requested.name))
  const layout = layoutOf(requested.name, { extension, shard: DEFAULT_SHARD })
  if (found !== undefined || layout.marker === undefined) return layout
  if (!UNMARKED.includes(requested.name)) await refuseUnknownFiles(root, requested.name, [PRIVATE_FOLDER])
  if (!readOnly) await writeMarker(disk, guard, layout.marker, layout.tempFolder)
  return layout
}

/** The layout that a folder declares; `undefined` if it declares none, or does not exist. */
export async function layoutFound(path: string): Promise<LayoutName | undefined> {
  const disk = Disk.pooled()
  try {
    const guard = await createGuard(disk, await disk.realpath(path))
    const name = (await findMarker(disk, guard))?.layout
    return name !== undefined && isLayoutName(name) ? name : undefined
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

async function findMarker(disk: Disk, guard: FolderGuard): Promise<Marker | undefined> {
  const marker = await readMarker(disk, guard)
  if (marker !== undefined) return marker
  const version = await flatfsVersion(disk, guard)
  return version === undefined ? undefined : { layout: 'flatfs', version }
}

async function claimFlatfs(
  disk: Disk,
  guard: FolderGuard,
  { name, shard: requested }: RequestedLayout,
  readOnly: boolean,
): Promise<Layout> {
  const layout = layoutOf(name, { shard: requested ?? DEFAULT_SHARD })
  if ((await readShard(disk, guard)) === undefined) {
    await refuseUnknownFiles(guard.root, name, layout.tempFolder)
    if (!readOnly) await writeShard(disk, guard, requested ?? DEFAULT_SHARD, layout.tempFolder)
  }
  const found = await readShard(disk, guard)
  if (found === undefined) return layout
  const [has, wants] = [found, requested ?? found].map(printFlatfsShard)
  if (has !== wants) throw cannotOpen(guard.root, `its shard function is ${has}, not ${wants}`)
  return layoutOf(name, { shard: found })
}

async function refuseUnknownFiles(root: string, layout: string, known: readonly string[]): Promise<void> {
  const unknown = (await readdir(root)).filter(name => !known.includes(name) && !SYSTEM_FILES.includes(name))
  if (unknown.length === 0) return
  throw cannotOpen(
    root,
    `it holds files that are no store of layout "${layout}" (layout "plain" shows a folder as it is)`,
  )
}

function refuseOther(root: string, { name, extension }: RequestedLayout, found: Marker): void {
  if (found.layout !== name) throw cannotOpen(root, `it has layout "${found.layout}", not "${name}"`)
  if (found.version !== 1) {
    throw cannotOpen(root, `its layout "${name}" has version ${found.version}, and only 1 is known here`)
  }
  if (extension !== undefined && found.extension !== undefined && found.extension !== extension) {
    throw cannotOpen(root, `its values end in "${found.extension}", not in "${extension}"`)
  }
}

function guessExtension(root: string, name: LayoutName): Promise<string | undefined> | undefined {
  return name === 'py-datastore' ? findExtension(root, ['.data', '.obj']) : undefined
}

function cannotOpen(root: string, state: string): DatastoreError {
  return new DatastoreError('CONFIG_INVALID', `Cannot open ${JSON.stringify(root)}: ${state}`)
}

/** The layout that a folder was claimed for, in the form of a request. */
export async function claimedLayout(
  disk: Disk,
  guard: FolderGuard,
  layout: Layout,
): Promise<RequestedLayout> {
  const { name, marker } = layout
  const shard = name === 'flatfs' ? await readShard(disk, guard) : undefined
  return { name, shard, extension: marker?.extension }
}

/**
 * Makes sure that a folder keeps its marker, even if it is emptied or created again while the store is open: without
 * its marker, what is put there could not be opened again. Concurrent calls share the result.
 * @returns Rejects with `RootGone` if the folder now holds something else.
 */
export function markerRenewal(disk: Disk, guard: FolderGuard, layout: RequestedLayout): () => Promise<void> {
  let running: Promise<void> | undefined
  const renew = async (): Promise<void> => {
    try {
      await claimFolder(disk, guard, layout, false)
    } catch (error) {
      throw hasCode(error, 'CONFIG_INVALID') ? new RootGone(guard.root, 'is not this store any more') : error
    }
  }
  return () => {
    running ??= renew().finally(() => {
      running = undefined
    })
    return running
  }
}
