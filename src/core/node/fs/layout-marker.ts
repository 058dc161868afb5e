import { rename, writeFile } from 'node:fs/promises'
import { DatastoreError, messageOf } from '../../errors.ts'
import { type FlatfsShard, parseFlatfsShard, printFlatfsShard } from '../../hash/flatfs-shard.ts'
import { type Disk, systemCode } from './disk.ts'
import { type FolderGuard, joinPath, readText } from './folder-guard.ts'
import { FolderSync } from './folder-sync.ts'
import type { Marker } from './layout.ts'
import { isExtension } from './layouts.ts'
import { nextTempName } from './owned-name.ts'
import { moveToFreeName } from './staged-file.ts'
import { PRIVATE_FOLDER } from './strata-layout.ts'

const MARKER = 'layout.json'
/** The maximum number of bytes read from a file that describes a folder. */
const MAX_MARKER_BYTES = 4096

/**
 * The marker that a store of this program left in the folder; `undefined` if there is none.
 * @throws DatastoreError `CORRUPT` for an invalid marker.
 */
export async function readMarker(disk: Disk, guard: FolderGuard): Promise<Marker | undefined> {
  const text = await readText(disk, guard, [PRIVATE_FOLDER], MARKER, MAX_MARKER_BYTES)
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
 * Writes a marker. If two processes open an empty folder at once, both write the same marker, each to its own file
 * first.
 * @param temps Where temporary files of the layout are made.
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
  // Values that survive a power cut would be lost if the marker did not.
  const sync = new FolderSync(disk, guard)
  for (const changed of [[PRIVATE_FOLDER], []]) await sync.sync(changed)
}

/** Writes a text to a temporary file, whose folder is created; `move` renames the file. */
async function writeThrough(
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

/** The file that identifies a folder of flatfs. */
const SHARDING = 'SHARDING'
const README = '_README'
/** The default of go-ds-flatfs and Kubo. */
export const DEFAULT_SHARD: FlatfsShard = { by: 'next-to-last', length: 2 }

const BEGINS = /^\s*\/repo\/flatfs\/shard\/v(\d+)\//
const EXPLANATION = `The files here are the values of a flatfs datastore, as Kubo keeps its blocks in one.

A value is the file <key>.data, its key being one name of upper-case letters, digits and + - _ =. It lies in the
folder that is called as the two characters before the last one of its key, so that no folder grows too large:

    BAFKREIGH2AKISCAILDC  ->  LD/BAFKREIGH2AKISCAILDC.data

The file SHARDING says so in one line, and is not to be changed while there are values.
`

/** The version of the flatfs store that a folder declares; `undefined` if it declares none. */
export async function flatfsVersion(disk: Disk, guard: FolderGuard): Promise<number | undefined> {
  const [, version] = BEGINS.exec((await textOf(disk, guard)) ?? '') ?? []
  return version === undefined ? undefined : Number(version)
}

/**
 * The shard function of a folder; `undefined` if there is none yet.
 * @throws DatastoreError `CORRUPT` for an invalid file.
 */
export async function readShard(disk: Disk, guard: FolderGuard): Promise<FlatfsShard | undefined> {
  const text = await textOf(disk, guard)
  if (text === undefined) return undefined
  try {
    return parseFlatfsShard(text)
  } catch (cause) {
    const state = `its file ${SHARDING} is damaged (${messageOf(cause)})`
    throw new DatastoreError('CORRUPT', `Cannot open ${JSON.stringify(guard.root)}: ${state}`, { cause })
  }
}

/**
 * Makes a folder one of flatfs. Of several concurrent calls the first one counts.
 * @param temps Where temporary files of the layout are made.
 */
export async function writeShard(
  disk: Disk,
  guard: FolderGuard,
  shard: FlatfsShard,
  temps: readonly string[],
): Promise<void> {
  await writeNew(disk, guard, SHARDING, `${printFlatfsShard(shard)}\n`, temps)
  if (printFlatfsShard(shard) === printFlatfsShard(DEFAULT_SHARD)) {
    await writeNew(disk, guard, README, EXPLANATION, temps)
  }
  await new FolderSync(disk, guard).sync([])
}

function writeNew(
  disk: Disk,
  guard: FolderGuard,
  name: string,
  text: string,
  temps: readonly string[],
): Promise<void> {
  return writeThrough(guard, temps, text, async path => {
    try {
      await moveToFreeName(disk, path, joinPath(guard.root, name))
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
      await disk.unlink(path)
    }
  })
}

function textOf(disk: Disk, guard: FolderGuard): Promise<string | undefined> {
  return readText(disk, guard, [], SHARDING, MAX_MARKER_BYTES)
}
