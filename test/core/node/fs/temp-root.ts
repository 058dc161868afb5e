import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Creates empty folders, and removes them all on request. */
export class TempRoots {
  readonly #roots: string[] = []

  async make(): Promise<string> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'strata-fs-')))
    this.#roots.push(root)
    return root
  }

  async remove(): Promise<void> {
    for (const root of this.#roots.splice(0)) await rm(root, { recursive: true, force: true })
  }
}

/** The paths of everything below a folder, sorted; folders end in `/`. */
export async function pathsBelow(root: string): Promise<string[]> {
  const paths: string[] = []
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      // The number of these folders depends on the number of concurrent writes. Show them only with their files.
      if (/^lane-\d$/.test(entry.name) && (await readdir(join(root, entry.name))).length === 0) continue
      paths.push(`${entry.name}/`)
      for (const path of await pathsBelow(join(root, entry.name))) paths.push(`${entry.name}/${path}`)
    } else {
      paths.push(entry.name)
    }
  }
  return paths.sort()
}
