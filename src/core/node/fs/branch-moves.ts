import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Key } from '../../key.ts'
import type { BranchFolder, BranchMoved, BranchPlace, SetAside } from '../../open/store.ts'
import { systemCode } from './disk.ts'
import { Obstacle } from './failures.ts'
import { type Folder, joinPath } from './folder-guard.ts'
import { makeFolder, type OpenFolder } from './open-folder.ts'
import { renameFile } from './staged-file.ts'
import { PRIVATE_FOLDER } from './strata-layout.ts'

/** Where branches that are set aside are kept in a folder with a private part. */
const ASIDE = [PRIVATE_FOLDER, 'aside']

/** The folder of a branch: below the root of the store, or outside it. */
type Location =
  | { readonly names: readonly string[]; readonly key: Key | undefined }
  | { readonly outside: string; readonly name: string }

/**
 * Moves branches as folders, by one rename. A branch that is set aside is kept in the private part of the folder
 * (`.strata/aside`). Layout `plain` has none, because everything in such a folder is visible: there it is kept in a
 * folder outside, if that is on the same file system.
 */
export class BranchMoves {
  readonly #folder: OpenFolder
  readonly #outside: string | undefined
  #isOutsideNear: Promise<boolean> | undefined

  /** @param outside Where set-aside branches of a folder without a private part are kept. */
  constructor(folder: OpenFolder, outside: string | undefined) {
    this.#folder = folder
    this.#outside = outside
  }

  async move(from: BranchPlace, to: BranchPlace): Promise<BranchMoved> {
    const [source, target] = [await this.#locationOf(from), await this.#locationOf(to)]
    if (source === undefined || target === undefined || isInside(target, source)) return 'unsupported'
    const old = await this.#enterParent(source, false)
    if (old === undefined) return 'absent'
    try {
      return await this.#moveFrom(old, source, target)
    } finally {
      await this.#folder.files.guard.leave(old)
    }
  }

  async discard(place: SetAside): Promise<void> {
    const path = await this.#pathOf(place)
    if (path !== undefined) await rm(path, { recursive: true, force: true })
  }

  async folderOf(place: BranchPlace): Promise<BranchFolder | undefined> {
    const { name, marker } = this.#folder.files.layout
    const path = await this.#pathOf(place)
    return path === undefined ? undefined : { path, form: `${name} ${marker?.extension ?? ''}` }
  }

  async #pathOf(place: BranchPlace): Promise<string | undefined> {
    const location = await this.#locationOf(place)
    if (location === undefined) return undefined
    return 'outside' in location
      ? join(location.outside, location.name)
      : location.names.reduce(joinPath, this.#folder.root)
  }

  /** `undefined` if the place is not a single folder here. */
  async #locationOf(place: BranchPlace): Promise<Location | undefined> {
    const { files, links } = this.#folder
    // Only layouts whose levels are single folders; and no folder that links lead to under other names.
    if (files.layout.name === 'flatfs' || links !== undefined) return undefined
    if (place instanceof Key) {
      const names = files.layout.problemOf(place) === undefined ? files.layout.folderOf(place) : undefined
      return place.isRoot || names === undefined ? undefined : { names, key: place }
    }
    if (files.layout.name !== 'plain') return { names: [...ASIDE, place.aside], key: undefined }
    const outside = this.#outside
    this.#isOutsideNear ??= outside === undefined ? Promise.resolve(false) : this.#isNear(outside)
    return outside !== undefined && (await this.#isOutsideNear) ? { outside, name: place.aside } : undefined
  }

  /** Whether a folder, created if missing, is on the file system of the root and not inside the root. */
  async #isNear(outside: string): Promise<boolean> {
    const { root } = this.#folder
    if (`${outside}/`.startsWith(`${root}/`)) return false
    await makeFolder(outside, 0o700)
    return (await stat(outside)).dev === (await stat(root)).dev
  }

  async #enterParent(location: Location, make: boolean): Promise<Folder | undefined> {
    const { guard, keyFolders } = this.#folder.files
    if ('outside' in location) {
      await guard.checkRoot()
      return { path: location.outside, fd: undefined }
    }
    const options = { make: (names: readonly string[]) => keyFolders.noteMade(names) }
    return guard.enter(location.names.slice(0, -1), make ? options : {})
  }

  async #moveFrom(old: Folder, source: Location, target: Location): Promise<BranchMoved> {
    const { files, writer } = this.#folder
    const from = joinPath(old.path, nameOf(source))
    if ((await files.disk.lstat(from))?.isDirectory() !== true) return 'absent'
    const place = placeIn(this.#folder, target)
    if (place !== undefined) await writer.labels.ensure(place)
    try {
      const next = await this.#enterParent(target, true)
      try {
        const to = joinPath(next?.path ?? files.guard.root, nameOf(target))
        // Renaming a folder onto an empty one replaces it, which loses nothing.
        if ((await files.disk.lstat(to)) !== undefined) return 'exists'
        await renameFile(files.disk, from, to)
      } finally {
        await files.guard.leave(next)
      }
    } catch (error) {
      const answer = OUTCOMES[systemCode(error) ?? '']
      if (error instanceof Obstacle || answer === undefined) throw error
      if (place !== undefined) await writer.abandon(place)
      return answer
    }
    await this.#settle(source, target)
    return 'moved'
  }

  /** Updates everything that is cached about both places, and tidies what the branch left behind. */
  async #settle(source: Location, target: Location): Promise<void> {
    const { files, shared, writer } = this.#folder
    for (const location of [source, target]) {
      if ('outside' in location) continue
      const parent = location.names.slice(0, -1)
      shared.levels.forgetBelow(location.names)
      shared.levels.forget(parent)
      shared.settled.forgetBelow(location.names)
      if (location === source) files.keyFolders.forgetBelow(location.names)
      shared.changes.put({ folder: parent, name: nameOf(location) })
      if (files.durability === 'full') await files.folderSync.settle(parent)
      else files.syncLog.noteFolder(parent)
    }
    const left = placeIn(this.#folder, source)
    if (left === undefined || 'outside' in source) return
    await writer.labels.dropUnused(left, source.names.length)
    await writer.prune(source.names.slice(0, -1), left, Number.POSITIVE_INFINITY)
  }
}

/** What a failed rename of a folder means for the branch. */
const OUTCOMES: Readonly<Record<string, BranchMoved>> = {
  ENOENT: 'absent',
  ENOTEMPTY: 'exists',
  EEXIST: 'exists',
  ENOTDIR: 'exists',
  // Another file system, a mount point, or a folder that may not be moved. Its keys may still be moved one by one.
  EXDEV: 'unsupported',
  EBUSY: 'unsupported',
  EINVAL: 'unsupported',
  EACCES: 'unsupported',
  EPERM: 'unsupported',
}

function nameOf(location: Location): string {
  return 'outside' in location ? location.name : (location.names.at(-1) ?? '')
}

function isInside(target: Location, source: Location): boolean {
  if ('outside' in target || 'outside' in source) return false
  return source.names.every((name, index) => target.names[index] === name)
}

/** A place in the folder, for the labels on the way; `undefined` if no key leads to it. */
function placeIn(
  { files }: OpenFolder,
  location: Location,
): ReturnType<typeof files.layout.placeOf> | undefined {
  return 'outside' in location || location.key === undefined
    ? undefined
    : files.layout.placeOf(location.key.child(Key.of('x')))
}
