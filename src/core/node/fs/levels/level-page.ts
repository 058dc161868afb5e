import type { Child, ListOptions, ListPage } from '../../../datastore.ts'
import type { Key } from '../../../key.ts'
import { pageLimit } from '../../../list-page.ts'
import { lowerBound, upperBound } from '../../../stores/sorted-names.ts'
import type { CachedLevel } from './level-cache.ts'

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
