import { forEachBounded } from '../../concurrency/for-each-bounded.ts'
import { Slices } from '../../concurrency/slices.ts'
import type { Child, StoreStats } from '../../datastore.ts'
import { Key } from '../../key.ts'
import { PackedLevel } from '../../key-index/packed-level.ts'
import { type Folder, joinPath, type LinkResolver } from './folder-guard.ts'
import type { Level, Place } from './layout.ts'
import { LevelReader } from './levels.ts'
import type { OpenFolder, StoreFiles } from './open-folder.ts'

const LEVELS_AT_ONCE = 16
const PLACES_AT_ONCE = 1000

/** Visits every level from `start` down, several at a time, the deepest known first, so that few are pending. */
async function walkLevels(
  start: Key,
  read: (prefix: Key) => Promise<Level>,
  visit: (prefix: Key, level: Level) => Promise<void>,
): Promise<void> {
  const waiting = [start]
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  const slices = new Slices()
  const visitOne = async (prefix: Key): Promise<void> => {
    try {
      const level = await read(prefix)
      await visit(prefix, level)
      for (const { name, isBranch } of level.children.entries()) {
        if (isBranch) waiting.push(prefix.childOfCleanSegment(name))
        if (slices.step()) await slices.pause()
      }
    } catch (error) {
      failures.push(error)
    }
  }
  while (failures.length === 0 && waiting.length + running.size > 0) {
    const prefix = running.size < LEVELS_AT_ONCE ? waiting.pop() : undefined
    if (prefix === undefined) {
      await Promise.race(running)
    } else {
      const visiting = visitOne(prefix).finally(() => running.delete(visiting))
      running.add(visiting)
    }
  }
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
}

const NOTHING: Level = { children: PackedLevel.empty }

/**
 * Visits the places of all values, level by level and in parts of a long level, and the folder of each level.
 * @returns Whether each key was visited: a folder that links lead to as well is visited once.
 */
export async function walkStore(
  { files, levels, links }: OpenFolder,
  visit: (places: readonly Place[], folder: readonly string[]) => Promise<void>,
): Promise<boolean> {
  const seen = new Set<string>()
  let isWhole = true
  const isNew = async (prefix: Key): Promise<boolean> => {
    if (links === undefined) return true
    const path = (await links.resolve(prefix.segments)).join('/')
    if (seen.has(path)) isWhole = false
    return seen.size < seen.add(path).size
  }
  await walkLevels(
    Key.root,
    async prefix => ((await isNew(prefix)) ? (await levels.readAfresh(prefix)).level.level : NOTHING),
    async (prefix, { children }) => {
      const folder = files.layout.folderOf(prefix) ?? []
      let places: Place[] = []
      for (const { name, isValue } of children.entries()) {
        if (!isValue) continue
        if (places.length === PLACES_AT_ONCE) {
          await visit(places, folder)
          places = []
        }
        places.push(files.layout.placeOf(prefix.childOfCleanSegment(name)))
      }
      await visit(places, folder)
    },
  )
  return isWhole
}

/** Removes the folders at and below `prefix` that hold nothing at all. Links are not followed. */
export async function pruneFolders(
  { files, writer }: OpenFolder,
  prefix: Key,
  throwIfAborted: () => void,
): Promise<void> {
  const { layout } = files
  const top = layout.folderOf(prefix)
  if (top === undefined || layout.problemOf(prefix) !== undefined) return
  const levels = new LevelReader(files, undefined)
  await walkLevels(
    prefix,
    async below => (await levels.readAfresh(below)).level.level,
    async (below, { children }) => {
      throwIfAborted()
      const folder = layout.folderOf(below)
      if (folder === undefined || children.size > 0) return
      await writer.prune(folder, layout.placeOf(below.childOfCleanSegment('x')), top.length)
    },
  )
}

const SIZES_AT_ONCE = 32

interface Indexed {
  readonly place: Place
  readonly index: number
}

/** Reads the sizes of many values, entering each folder once. */
export class SizeReader {
  readonly #files: StoreFiles
  readonly #links: LinkResolver | undefined

  constructor(files: StoreFiles, links: LinkResolver | undefined) {
    this.#files = files
    this.#links = links
  }

  /** The same children, each value with its size. A value that was removed in the meantime has none. */
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
        await forEachBounded(group, SIZES_AT_ONCE, async ({ place, index }) => {
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

/**
 * Walks over all values.
 * @param throwIfAborted Called now and then.
 */
export async function countValues(folder: OpenFolder, throwIfAborted: () => void): Promise<StoreStats> {
  let [entries, bytes] = [0, 0]
  const isWhole = await walkStore(folder, async places => {
    throwIfAborted()
    const sizes = (await folder.sizes.sizesOf(places)).filter(size => size !== undefined)
    entries += sizes.length
    bytes += sizes.reduce((sum, size) => sum + size, 0)
  })
  return { entries, bytes, accuracy: isWhole ? 'exact' : 'lower-bound' }
}
