import type { Child, ListOptions, ListPage } from '../../../datastore.ts'
import type { Key } from '../../../key.ts'
import { pageLimit } from '../../../list-page.ts'
import { lowerBound, upperBound } from '../../../stores/sorted-names.ts'
import type { Level } from '../layout.ts'

/** How many names the cache holds; one level may be larger, and is then alone. */
const MOST_NAMES = 1_000_000
const MOST_LEVELS = 64

/** A folder that a level was read from, and how it was then. */
export interface FolderStamp {
  readonly folder: readonly string[]
  /** The folder's names, joined by `/`. */
  readonly path: string
  readonly stamp: string
}

export interface CachedLevel {
  readonly level: Level
  /** Names of the level, each counted once. */
  readonly total: number
  readonly stamps: readonly FolderStamp[]
}

/** The levels listed last, sorted, so that the next page costs no reading. Whoever takes one compares its stamps. */
export class LevelCache {
  readonly #levels = new Map<string, CachedLevel>()
  #names = 0

  get(id: string): CachedLevel | undefined {
    return this.#levels.get(id)
  }

  set(id: string, level: CachedLevel): void {
    this.#drop(id)
    this.#levels.set(id, level)
    this.#names += namesOf(level)
    for (const oldest of this.#levels.keys()) {
      if (oldest === id || (this.#levels.size <= MOST_LEVELS && this.#names <= MOST_NAMES)) break
      this.#drop(oldest)
    }
  }

  /** What was read from this folder is not to be used again. */
  forget(folder: readonly string[]): void {
    if (this.#levels.size === 0) return
    const path = folder.join('/')
    for (const [id, { stamps }] of this.#levels) {
      if (stamps.some(stamp => stamp.path === path)) this.#drop(id)
    }
  }

  #drop(id: string): void {
    const level = this.#levels.get(id)
    if (level === undefined) return
    this.#levels.delete(id)
    this.#names -= namesOf(level)
  }
}

function namesOf({ level }: CachedLevel): number {
  return level.values.length + level.branches.length
}

/** One page of a level: its two lists of names merged, from where the page begins. */
export function pageOfLevel({ level, total }: CachedLevel, prefix: Key, options: ListOptions): ListPage {
  const limit = pageLimit(options)
  const values = new Cursor(level.values, options)
  const branches = new Cursor(level.branches, options)
  const children: Child[] = []
  while (children.length < limit) {
    const name = first(values.name, branches.name, options.reverse === true)
    if (name === undefined) break
    const isValue = values.name === name
    const isBranch = branches.name === name
    if (isValue) values.advance()
    if (isBranch) branches.advance()
    children.push({ name, key: prefix.childOfCleanSegment(name), isValue, isBranch })
  }
  const hasMore = values.name !== undefined || branches.name !== undefined
  const last = children.at(-1)
  return { children, total, ...(hasMore && last !== undefined && { cursor: last.name }) }
}

class Cursor {
  readonly #names: readonly string[]
  readonly #step: 1 | -1
  #index: number

  constructor(names: readonly string[], { after, reverse }: ListOptions) {
    this.#names = names
    this.#step = reverse === true ? -1 : 1
    if (reverse === true) this.#index = (after === undefined ? names.length : lowerBound(names, after)) - 1
    else this.#index = after === undefined ? 0 : upperBound(names, after)
  }

  get name(): string | undefined {
    return this.#names[this.#index]
  }

  advance(): void {
    this.#index += this.#step
  }
}

function first(a: string | undefined, b: string | undefined, reverse: boolean): string | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a < b === reverse ? b : a
}
