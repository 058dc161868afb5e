import { mkdtemp, realpath, rm } from 'node:fs/promises'
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
