import type { Key } from '../../../key.ts'
import { lowerBound } from '../../../stores/sorted-names.ts'
import type { LinkResolver } from '../guard/link-resolver.ts'
import type { Level } from '../layout.ts'
import type { StoreFiles } from '../open/store-files.ts'
import type { CachedLevel } from './level-cache.ts'
import { LevelScan } from './level-scan.ts'
import { readLevel } from './read-level.ts'

const NOTHING: CachedLevel = { level: { values: [], branches: [] }, total: 0, stamps: [] }

/** Reads levels of the tree, from memory while the folders behind them are as they were. */
export class LevelReader {
  readonly #files: StoreFiles
  readonly #links: LinkResolver | undefined

  constructor(files: StoreFiles, links: LinkResolver | undefined) {
    this.#files = files
    this.#links = links
  }

  /** What is below `prefix`; nothing where there is no such level. */
  async read(prefix: Key): Promise<CachedLevel> {
    const { levels, layout } = this.#files
    const id = `${layout.name} ${layout.marker?.extension ?? ''} ${this.#links === undefined ? '' : '→'} ${prefix.toString()}`
    const known = levels.get(id)
    if (known !== undefined && (await this.#isUnchanged(known))) return known
    const { level, isSettled } = await this.readAfresh(prefix)
    if (isSettled && level.stamps.length > 0) levels.set(id, level)
    return level
  }

  async readAfresh(prefix: Key): Promise<{ readonly level: CachedLevel; readonly isSettled: boolean }> {
    const { layout, guard } = this.#files
    if (layout.problemOf(prefix) !== undefined || layout.folderOf(prefix) === undefined) {
      await guard.checkRoot()
      return { level: NOTHING, isSettled: false }
    }
    const scan = this.#scan()
    const level = await readLevel(layout, prefix, scan)
    return { level: { level, total: countNames(level), stamps: scan.stamps }, isSettled: scan.isSettled }
  }

  async #isUnchanged({ stamps }: CachedLevel): Promise<boolean> {
    const scan = this.#scan()
    for (const stamp of stamps) if (!(await scan.isUnchanged(stamp))) return false
    return true
  }

  #scan(): LevelScan {
    return new LevelScan(this.#files.disk, this.#files.guard, this.#links)
  }
}

function countNames({ values, branches }: Level): number {
  const [fewer, more] = values.length < branches.length ? [values, branches] : [branches, values]
  const inBoth = fewer.filter(name => more[lowerBound(more, name)] === name)
  return values.length + branches.length - inBoth.length
}
