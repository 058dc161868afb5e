import { DatastoreError, messageOf } from '../../../errors.ts'
import type { FlatfsShard } from '../../../hash/flatfs-shard.ts'
import { parseFlatfsShard, printFlatfsShard } from '../../../hash/flatfs-shard.ts'
import type { Disk } from '../disk/disk.ts'
import { systemCode } from '../disk/disk.ts'
import type { FolderGuard } from '../guard/folder-guard.ts'
import { readText } from '../guard/read-text.ts'
import { joinPath } from '../guard/survey-folders.ts'
import { FolderSync } from '../sync/folder-sync.ts'
import { moveToFreeName } from '../values/move-file.ts'
import { MOST_MARKER_BYTES, writeThrough } from './layout-marker.ts'

/** The file by which flatfs knows its folder. */
export const SHARDING = 'SHARDING'
export const README = '_README'
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
