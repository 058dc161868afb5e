import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Makes empty folders, and removes them all when asked to. */
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

/** The paths of all that is below a folder, sorted; folders end in `/`. */
export async function pathsBelow(root: string): Promise<string[]> {
  const paths: string[] = []
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      // Which of them are there depends on how many files were made at the same time. What is in one shows.
      if (/^lane-\d$/.test(entry.name) && (await readdir(join(root, entry.name))).length === 0) continue
      paths.push(`${entry.name}/`)
      for (const path of await pathsBelow(join(root, entry.name))) paths.push(`${entry.name}/${path}`)
    } else {
      paths.push(entry.name)
    }
  }
  return paths.sort()
}
