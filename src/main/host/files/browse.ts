import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Output } from '../../../shared/contract.ts'
import { expandPath, fileFailure } from './file-failure.ts'

/** The maximum number of entries of one folder. */
const MAX_ENTRIES = 10_000

/** The content of a folder on this machine: folders first, both sorted by name. */
export async function browse(typed: string): Promise<Output<'files.browse'>> {
  const path = expandPath(typed)
  const found = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw fileFailure('browse', path, error)
  })
  const entries = await Promise.all(
    found.slice(0, MAX_ENTRIES).map(async entry => {
      const entryPath = join(path, entry.name)
      return { name: entry.name, path: entryPath, isFolder: await isFolder(entry, entryPath) }
    }),
  )
  entries.sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || compareNames(a.name, b.name))
  const parent = dirname(path)
  return { path, entries, ...(parent !== path && { parent }) }
}

async function isFolder(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  try {
    return (await stat(path)).isDirectory()
  } catch {
    // A broken link is shown as a file.
    return false
  }
}

function compareNames(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true }) || (a < b ? -1 : 1)
}
