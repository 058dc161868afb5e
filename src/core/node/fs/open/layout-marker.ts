import { mkdir, open, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatastoreError } from '../../../errors.ts'
import { systemCode } from '../disk/disk.ts'
import type { Layout } from '../layout.ts'
import { PRIVATE_FOLDER } from '../layouts/strata.ts'
import { nextTempName } from '../temp/temp-name.ts'

const MARKER = 'layout.json'
/** What file systems and desktops leave in any folder. */
const LITTER: readonly string[] = ['lost+found', '.DS_Store', 'Thumbs.db', 'desktop.ini']

interface Marker {
  readonly layout: string
  readonly version: number
}

/**
 * Sees to it that a folder holds what the layout expects: nothing yet, or what the same layout wrote. A marked layout
 * leaves its marker in an empty folder.
 * @throws DatastoreError `CONFIG_INVALID` naming the layout found; `CORRUPT` for a marker that makes no sense.
 */
export async function claimFolder(root: string, layout: Layout, readOnly: boolean): Promise<void> {
  const marker = await readMarker(root)
  if (marker !== undefined) {
    refuseOther(root, layout, marker)
    return
  }
  if (layout.version === undefined) return
  const strangers = (await readdir(root)).filter(name => name !== PRIVATE_FOLDER && !LITTER.includes(name))
  if (strangers.length > 0) {
    throw new DatastoreError(
      'CONFIG_INVALID',
      `Cannot open ${JSON.stringify(root)}: it holds files that are no store of layout "${layout.name}" ` +
        '(layout "plain" shows a folder as it is)',
    )
  }
  if (!readOnly) await writeMarker(root, layout, { layout: layout.name, version: layout.version })
}

function refuseOther(root: string, layout: Layout, found: Marker): void {
  if (found.layout === layout.name && found.version === layout.version) return
  const difference =
    found.layout === layout.name
      ? `its layout "${found.layout}" has version ${found.version}, and only ${layout.version} is known here`
      : `it has layout "${found.layout}", not "${layout.name}"`
  throw new DatastoreError('CONFIG_INVALID', `Cannot open ${JSON.stringify(root)}: ${difference}`)
}

async function readMarker(root: string): Promise<Marker | undefined> {
  const path = join(root, PRIVATE_FOLDER, MARKER)
  const text = await readFile(path, 'utf8').catch(undefinedIfAbsent)
  if (text === undefined) return undefined
  const marker = parse(text)
  if (marker !== undefined) return marker
  throw new DatastoreError(
    'CORRUPT',
    `Cannot open ${JSON.stringify(root)}: ${JSON.stringify(path)} is damaged`,
  )
}

function parse(text: string): Marker | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    if (!('layout' in value) || !('version' in value)) return undefined
    const { layout, version } = value
    return typeof layout === 'string' && typeof version === 'number' ? { layout, version } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

async function writeMarker(root: string, layout: Layout, marker: Marker): Promise<void> {
  const folder = join(root, PRIVATE_FOLDER)
  const temps = join(root, ...layout.tempFolder)
  await mkdir(temps, { recursive: true })
  // Two who open an empty folder at once write the same, each its own file first.
  const path = join(temps, nextTempName())
  await writeFile(path, `${JSON.stringify(marker)}\n`, { flag: 'wx', flush: true })
  await rename(path, join(folder, MARKER))
  for (const changed of [folder, root]) await flushFolder(changed)
}

/** Values that outlive a power cut are lost if the marker does not. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function undefinedIfAbsent(error: unknown): undefined {
  const code = systemCode(error)
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
}
