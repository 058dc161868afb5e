import type { ListOptions, ListPage } from '../datastore.ts'
import type { Key } from '../key.ts'
import { SortedNames } from './sorted-names.ts'

/**
 * The tree over a flat set of keys: for each branch, by its text, the sorted names one level below it. It uses only the
 * texts of keys, so a put of a known key costs nothing here, and a new key is not parsed.
 */
export class LevelIndex {
  readonly #levels = new Map<string, SortedNames>()

  isBranch(key: string): boolean {
    return this.#levels.has(key)
  }

  level(key: string): SortedNames | undefined {
    return this.#levels.get(key)
  }

  /**
   * One page of a level.
   * @param sizeOf Bytes of the value under a key; `undefined` if there is none.
   */
  page(
    prefix: Key,
    limit: number,
    { after, reverse = false }: Pick<ListOptions, 'after' | 'reverse'>,
    sizeOf: (key: string) => number | undefined,
  ): ListPage {
    const level = this.#levels.get(prefix.toString())
    if (level === undefined) return { children: [], total: 0 }
    const names = level.page(after, limit + 1, reverse)
    const hasMore = names.length > limit
    if (hasMore) names.pop()
    const children = names.map(name => {
      const key = prefix.childOfCleanSegment(name)
      const size = sizeOf(key.toString())
      return { name, key, isValue: size !== undefined, isBranch: this.isBranch(key.toString()), size }
    })
    return { children, total: level.size, ...(hasMore && { cursor: names.at(-1) }) }
  }

  /**
   * Adds a key that has just got a value.
   * @param isValue Whether a key above holds a value, so that it is already in its own level.
   */
  add(key: string, isValue: (key: string) => boolean): void {
    // The branch is already in its level: the call that made it a branch added it.
    if (this.#levels.has(key)) return
    for (let child = key; child !== '/'; ) {
      const parent = parentText(child)
      const level = this.#levels.get(parent)
      const name = child.slice(parent.length === 1 ? 1 : parent.length + 1)
      if (level !== undefined) {
        level.add(name)
        return
      }
      const created = new SortedNames()
      created.add(name)
      this.#levels.set(parent, created)
      if (isValue(parent)) return
      child = parent
    }
  }

  /** Removes a key that has just lost its value, and branches that become empty. */
  remove(key: string, isValue: (key: string) => boolean): void {
    if (this.#levels.has(key)) return
    for (let child = key; child !== '/'; ) {
      const parent = parentText(child)
      const level = this.#levels.get(parent)
      if (level === undefined) return
      level.remove(child.slice(parent.length === 1 ? 1 : parent.length + 1))
      if (level.size > 0) return
      this.#levels.delete(parent)
      if (isValue(parent)) return
      child = parent
    }
  }
}

function parentText(key: string): string {
  const slash = key.lastIndexOf('/')
  return slash <= 0 ? '/' : key.slice(0, slash)
}
