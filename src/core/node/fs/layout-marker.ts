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
/** Bytes that are read of a file which says what a folder is. */
const MOST_MARKER_BYTES = 4096

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

/** The file by which flatfs knows its folder. */
const SHARDING = 'SHARDING'
const README = '_README'
/** What go-ds-flatfs and Kubo use where nothing else is asked for. */
export const DEFAULT_SHARD: FlatfsShard = { by: 'next-to-last', length: 2 }

const BEGINS = /^\s*\/repo\/flatfs\/shard\/v(\d+)\//
const EXPLANATION = `The files here are the values of a flatfs datastore, as Kubo keeps its blocks in one.

A value is the file <key>.data, its key being one name of upper-case letters, digits and + - _ =. It lies in the
folder that is called as the two characters before the last one of its key, so that no folder grows too large:

    BAFKREIGH2AKISCAILDC  ->  LD/BAFKREIGH2AKISCAILDC.data

The file SHARDING says so in one line, and is not to be changed while there are values.
`

/** The version of the flatfs store that a folder says to be; `undefined` where it says nothing of the kind. */
export async function flatfsVersion(disk: Disk, guard: FolderGuard): Promise<number | undefined> {
  const [, version] = BEGINS.exec((await textOf(disk, guard)) ?? '') ?? []
  return version === undefined ? undefined : Number(version)
}

/**
 * The shard function of a folder; `undefined` where there is none yet.
 * @throws DatastoreError `CORRUPT` where the file does not tell.
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
 * Makes a folder one of flatfs. Of several who do so at once the first one is heard.
 * @param temps Where the temporary files of the layout go.
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
  return readText(disk, guard, [], SHARDING, MOST_MARKER_BYTES)
}
