import { rename, writeFile } from 'node:fs/promises'
import { DatastoreError } from '../../../errors.ts'
import type { Disk } from '../disk/disk.ts'
import type { FolderGuard } from '../guard/folder-guard.ts'
import { readText } from '../guard/read-text.ts'
import { joinPath } from '../guard/survey-folders.ts'
import type { Marker } from '../layout.ts'
import { isExtension } from '../layouts/is-extension.ts'
import { PRIVATE_FOLDER } from '../layouts/strata.ts'
import { FolderSync } from '../sync/folder-sync.ts'
import { nextTempName } from '../temp/temp-name.ts'

const MARKER = 'layout.json'
/** Bytes that are read of a file which says what a folder is. */
export const MOST_MARKER_BYTES = 4096

/**
 * What a store of this program left in the folder to know it again; `undefined` where there is nothing.
 * @throws DatastoreError `CORRUPT` for a marker that makes no sense.
 */
export async function readMarker(disk: Disk, guard: FolderGuard): Promise<Marker | undefined> {
  const text = await readText(disk, guard, [PRIVATE_FOLDER], MARKER, MOST_MARKER_BYTES)
  if (text === undefined) return undefined
  const marker = parse(text)
  if (marker !== undefined) return marker
  const path = JSON.stringify([guard.root, PRIVATE_FOLDER, MARKER].reduce(joinPath))
  throw new DatastoreError('CORRUPT', `Cannot open ${JSON.stringify(guard.root)}: ${path} is damaged`)
}

function parse(text: string): Marker | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    if (!('layout' in value) || !('version' in value)) return undefined
    const { layout, version } = value
    if (typeof layout !== 'string' || typeof version !== 'number') return undefined
    const extension = 'extension' in value ? value.extension : undefined
    if (extension === undefined) return { layout, version }
    return typeof extension === 'string' && isExtension(extension)
      ? { layout, version, extension }
      : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/**
 * Leaves a marker. Two who open an empty folder at once write the same, each its own file first.
 * @param temps Where the temporary files of the layout go.
 */
export async function writeMarker(
  disk: Disk,
  guard: FolderGuard,
  marker: Marker,
  temps: readonly string[],
): Promise<void> {
  const text = `${JSON.stringify(marker)}\n`
  await writeThrough(guard, temps, text, async path => {
    const folder = await guard.enter([PRIVATE_FOLDER], { make: () => undefined })
    try {
      await rename(path, joinPath(folder?.path ?? guard.root, MARKER))
    } finally {
      await guard.leave(folder)
    }
  })
  // Values that outlive a power cut are lost if the marker does not.
  const sync = new FolderSync(disk, guard)
  for (const changed of [[PRIVATE_FOLDER], []]) await sync.sync(changed)
}

/** Writes a text to a temporary file, whose folder is made, and leaves it to `move` to give it its name. */
export async function writeThrough(
  guard: FolderGuard,
  temps: readonly string[],
  text: string,
  move: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await guard.enter(temps, { make: () => undefined })
  try {
    const path = joinPath(folder?.path ?? guard.root, nextTempName())
    await writeFile(path, text, { flag: 'wx', flush: true })
    await move(path)
  } finally {
    await guard.leave(folder)
  }
}
