import { forEachBounded } from '../../../concurrency/for-each-bounded.ts'
import type { Child } from '../../../datastore.ts'
import type { Folder } from '../guard/folder-guard.ts'
import type { LinkResolver } from '../guard/link-resolver.ts'
import { joinPath } from '../guard/survey-folders.ts'
import type { Place } from '../layout.ts'
import type { StoreFiles } from '../open/store-files.ts'

const AT_ONCE = 32

interface Indexed {
  readonly place: Place
  readonly index: number
}

/** Looks up the sizes of many values, entering each folder once. */
export class SizeReader {
  readonly #files: StoreFiles
  readonly #links: LinkResolver | undefined

  constructor(files: StoreFiles, links: LinkResolver | undefined) {
    this.#files = files
    this.#links = links
  }

  /** The same children, each value with its size. A value that is gone by now has none. */
  async withSizes(children: readonly Child[]): Promise<Child[]> {
    const places = children.map(child => (child.isValue ? this.#files.layout.placeOf(child.key) : undefined))
    const sizes = await this.sizesOf(places)
    return children.map((child, index) => ({ ...child, size: sizes[index] }))
  }

  /** The size of each value, in bytes. */
  async sizesOf(places: readonly (Place | undefined)[]): Promise<(number | undefined)[]> {
    const sizes = places.map((): number | undefined => undefined)
    for (const group of byFolder(places)) {
      const folder = await this.#enter(group[0].place.folder)
      try {
        await forEachBounded(group, AT_ONCE, async ({ place, index }) => {
          sizes[index] = folder && (await this.#sizeOf(place, folder))
        })
      } finally {
        await this.#files.guard.leave(folder)
      }
    }
    return sizes
  }

  async #enter(names: readonly string[]): Promise<Folder | undefined> {
    return this.#files.guard.enter((await this.#links?.resolve(names)) ?? names)
  }

  async #sizeOf(place: Place, folder: Folder): Promise<number | undefined> {
    const stats = await this.#files.disk.lstat(joinPath(folder.path, place.name))
    if (stats?.isSymbolicLink() !== true) return stats?.size
    return (await this.#links?.targetOf([...place.folder, place.name]))?.size
  }
}

function byFolder(places: readonly (Place | undefined)[]): Iterable<[Indexed, ...Indexed[]]> {
  const groups = new Map<string, [Indexed, ...Indexed[]]>()
  for (const [index, place] of places.entries()) {
    if (place === undefined) continue
    const path = place.folder.join('/')
    const group = groups.get(path)
    if (group === undefined) groups.set(path, [{ place, index }])
    else group.push({ place, index })
  }
  return groups.values()
}
