import type { Row } from '../../../../shared/procedures/store.ts'
import type { Level } from '../model/level.ts'
import { PAGE_ROWS } from './level-calls.ts'

interface Page {
  readonly level: Level
  readonly rows: readonly Row[]
}

/** The rows that were read, a bounded number of pages of them: the ones not looked at for longest are forgotten. */
export class PageCache {
  readonly #pages = new Map<string, Page>()
  readonly #maxPages: number

  constructor(maxPages = 200) {
    this.#maxPages = maxPages
  }

  get size(): number {
    return this.#pages.size
  }

  has(level: Level, page: number): boolean {
    return this.#pages.has(pageKey(level, page))
  }

  row(level: Level, index: number): Row | undefined {
    return this.#pages.get(pageKey(level, Math.floor(index / PAGE_ROWS)))?.rows[index % PAGE_ROWS]
  }

  set(level: Level, page: number, rows: readonly Row[]): void {
    const key = pageKey(level, page)
    this.#pages.delete(key)
    this.#pages.set(key, { level, rows })
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.#maxPages) break
      this.#pages.delete(oldest)
    }
  }

  /** Counts the page as looked at. */
  touch(level: Level, page: number): void {
    const key = pageKey(level, page)
    const found = this.#pages.get(key)
    if (found === undefined) return
    this.#pages.delete(key)
    this.#pages.set(key, found)
  }

  forget(level: Level): void {
    for (const [key, page] of this.#pages) if (page.level === level) this.#pages.delete(key)
  }
}

/** Names a page of a level. */
export function pageKey(level: Level, page: number): string {
  return `${level.id}:${page}`
}
