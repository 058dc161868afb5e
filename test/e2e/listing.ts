import { createHash } from 'node:crypto'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Every file and folder below `root`, with its contents and modification time. */
export type Listing = Readonly<Record<string, string>>

/** Walks of a folder that changes meanwhile. */
const MAX_TRIES = 20

/** Files by the hash of their bytes and their modification time; folders by name only. */
export async function listing(root: string): Promise<Listing> {
  for (let tries = 1; ; tries++) {
    try {
      return await listOnce(root)
    } catch (error) {
      // The store may remove a temporary file or folder during the walk.
      const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      if (!isGone || tries === MAX_TRIES) throw error
    }
  }
}

async function listOnce(root: string): Promise<Listing> {
  const names = (await readdir(root, { recursive: true })).sort()
  const entries = await Promise.all(
    names.map(async name => [name, await describe(join(root, name))] as const),
  )
  return Object.fromEntries(entries)
}

/** The names whose entries differ between two listings. */
export function differences(before: Listing, after: Listing): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter(name => before[name] !== after[name]).sort()
}

async function describe(path: string): Promise<string> {
  const stat = await lstat(path, { bigint: true })
  if (stat.isDirectory()) return 'folder'
  const hash = createHash('sha256').update(await readFile(path))
  return `${hash.digest('hex')} ${stat.mtimeNs}`
}
