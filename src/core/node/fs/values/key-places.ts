import { failure } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { refuseRoot } from '../../../preconditions.ts'
import type { FolderGuard } from '../guard/folder-guard.ts'
import type { LinkResolver } from '../guard/link-resolver.ts'
import type { Layout, Place } from '../layout.ts'

/** Where keys have their values, links followed where the store follows them. */
export class KeyPlaces {
  readonly #layout: Layout
  readonly #links: LinkResolver | undefined
  readonly #guard: FolderGuard

  constructor(guard: FolderGuard, layout: Layout, links: LinkResolver | undefined) {
    this.#guard = guard
    this.#layout = layout
    this.#links = links
  }

  /** `undefined` for the root and for a key that the layout cannot hold: they are absent. */
  async of(key: Key): Promise<Place | undefined> {
    if (key.isRoot || this.#layout.problemOf(key) !== undefined) {
      // Nobody looks further for it, and a folder that is gone tells nothing about its keys.
      await this.#guard.checkRoot()
      return undefined
    }
    const place = this.#layout.placeOf(key)
    if (this.#links === undefined) return place
    const names = await this.#links.resolve([...place.folder, place.name])
    return { ...place, folder: names.slice(0, -1), name: names.at(-1) ?? '' }
  }

  /** The same, but of a link itself instead of what it leads to. */
  async ownOf(key: Key): Promise<Place> {
    const place = this.#layout.placeOf(key)
    return this.#links === undefined ? place : { ...place, folder: await this.#links.resolve(place.folder) }
  }

  /** @throws DatastoreError `KEY_INVALID` for the root, and for a key that the layout cannot hold. */
  async toWrite(action: string, key: Key): Promise<Place> {
    refuseRoot(action, key)
    const place = await this.of(key)
    if (place !== undefined) return place
    throw failure('KEY_INVALID', action, key, this.#layout.problemOf(key) ?? 'no file can be called so')
  }
}
