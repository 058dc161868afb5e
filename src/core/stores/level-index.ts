import { SortedNames } from './sorted-names.ts'

/**
 * The tree over a flat set of keys: for each branch, by its text, the sorted names one level below it.
 * Works on key texts alone, so that a put of a known key costs nothing here and a new one no parsing.
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
   * Enters a key that has just got a value.
   * @param isValue Whether a key above holds a value, and so has its place in its own level already.
   */
  add(key: string, isValue: (key: string) => boolean): void {
    // A branch has its place already: whoever made it a branch entered it.
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

  /** Takes out a key that has just lost its value, and the branches that this leaves empty. */
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
