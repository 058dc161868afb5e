import type { Stats } from 'node:fs'
import { relative, sep } from 'node:path'
import type { Disk } from '../disk/disk.ts'
import { systemCode } from '../disk/disk.ts'
import { Obstacle } from '../failures.ts'
import type { Place } from '../layout.ts'
import { joinPath } from './folder-guard.ts'

/** Follows symbolic links on the way to a file or folder, as long as they lead to a place within the root. */
export class LinkResolver {
  readonly #disk: Disk
  readonly #root: string

  constructor(disk: Disk, root: string) {
    this.#disk = disk
    this.#root = root
  }

  /**
   * The same place named without links. What does not exist stays as it is, below what does.
   * @throws Obstacle for a link that leads out of the root.
   */
  async resolve(names: readonly string[]): Promise<readonly string[]> {
    for (let depth = names.length; depth > 0; depth--) {
      const real = await this.#realNames(names.slice(0, depth))
      if (real !== undefined) return [...real, ...names.slice(depth)]
    }
    return names
  }

  async isLink({ folder, name }: Place): Promise<boolean> {
    const stats = await this.#disk.lstat([...folder, name].reduce(joinPath, this.#root))
    return stats?.isSymbolicLink() === true
  }

  /** What a link leads to; `undefined` where it leads nowhere, or out of the root. */
  async targetOf(names: readonly string[]): Promise<Stats | undefined> {
    try {
      const real = await this.#realNames(names)
      return real === undefined ? undefined : await this.#disk.lstat(real.reduce(joinPath, this.#root))
    } catch (error) {
      if (error instanceof Obstacle || systemCode(error) === 'ELOOP') return undefined
      throw error
    }
  }

  async #realNames(names: readonly string[]): Promise<readonly string[] | undefined> {
    const path = await this.#realpath(names.reduce(joinPath, this.#root))
    if (path === undefined) return undefined
    const inside = relative(this.#root, path)
    if (inside === '') return []
    const real = inside.split(sep)
    if (real[0] === '..' || inside === path) throw new Obstacle('link', names)
    return real
  }

  async #realpath(path: string): Promise<string | undefined> {
    try {
      return await this.#disk.realpath(path)
    } catch (error) {
      const code = systemCode(error)
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
      throw error
    }
  }
}
