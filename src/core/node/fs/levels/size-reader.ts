import type { Child } from '../../../datastore.ts'
import type { Folder } from '../guard/folder-guard.ts'
import type { LinkResolver } from '../guard/link-resolver.ts'
import { joinPath } from '../guard/survey-folders.ts'
import type { Place } from '../layout.ts'
import type { StoreFiles } from '../open/store-files.ts'

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
    const folders = new Map<string, Promise<Folder | undefined>>()
    const enter = (names: readonly string[]): Promise<Folder | undefined> => {
      const path = names.join('/')
      const folder = folders.get(path) ?? this.#enter(names)
      folders.set(path, folder)
      return folder
    }
    try {
      return await Promise.all(
        places.map(async place => place && this.#sizeOf(place, await enter(place.folder))),
      )
    } finally {
      for (const folder of folders.values()) await this.#files.guard.leave(await folder)
    }
  }

  async #enter(names: readonly string[]): Promise<Folder | undefined> {
    return this.#files.guard.enter((await this.#links?.resolve(names)) ?? names)
  }

  async #sizeOf(place: Place, folder: Folder | undefined): Promise<number | undefined> {
    if (folder === undefined) return undefined
    const stats = await this.#files.disk.lstat(joinPath(folder.path, place.name))
    if (stats?.isSymbolicLink() !== true) return stats?.size
    return (await this.#links?.targetOf([...place.folder, place.name]))?.size
  }
}
