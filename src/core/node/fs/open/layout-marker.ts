import { open, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatastoreError } from '../../../errors.ts'
import { systemCode } from '../disk/disk.ts'
import type { Marker } from '../layout.ts'
import { PRIVATE_FOLDER } from '../layouts/strata.ts'
import { nextTempName } from '../temp/temp-name.ts'
import { makeFolder } from './make-folder.ts'

const MARKER = 'layout.json'

/**
 * What a store of this program left in the folder to know it again; `undefined` where there is nothing.
 * @throws DatastoreError `CORRUPT` for a marker that makes no sense.
 */
export async function readMarker(root: string): Promise<Marker | undefined> {
  const path = join(root, PRIVATE_FOLDER, MARKER)
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  const marker = parse(text)
  if (marker !== undefined) return marker
  throw new DatastoreError(
    'CORRUPT',
    `Cannot open ${JSON.stringify(root)}: ${JSON.stringify(path)} is damaged`,
  )
}

/** The text of a file; `undefined` where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  })
}

function parse(text: string): Marker | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    if (!('layout' in value) || !('version' in value)) return undefined
    const { layout, version } = value
    if (typeof layout !== 'string' || typeof version !== 'number') return undefined
    const extension = 'extension' in value ? value.extension : undefined
    return extension === undefined
      ? { layout, version }
      : typeof extension === 'string'
        ? { layout, version, extension }
        : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** @param temps Where the temporary files of the layout go. */
export async function writeMarker(root: string, marker: Marker, temps: readonly string[]): Promise<void> {
  const folder = join(root, PRIVATE_FOLDER)
  await makeFolder(join(root, ...temps))
  // Two who open an empty folder at once write the same, each its own file first.
  const path = join(root, ...temps, nextTempName())
  await writeFile(path, `${JSON.stringify(marker)}\n`, { flag: 'wx', flush: true })
  await rename(path, join(folder, MARKER))
  for (const changed of [folder, root]) await flushFolder(changed)
}

/** Values that outlive a power cut are lost if the marker does not. */
export async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
