import type { Row } from '../../../../shared/procedures/store.ts'
import type { Level } from '../model/level.ts'
import { type Place, STATUS_ROW } from '../model/row-model.ts'
import { PAGE_ROWS } from './level-calls.ts'
import { pageKey } from './page-cache.ts'
import { type PageAddress, PageFetcher } from './page-fetcher.ts'
import { Reconciler } from './reconciler.ts'
import type { TreeState } from './tree-state.ts'

/** The numbers of the rows that are looked at. */
export interface Sight {
  readonly first: number
  readonly last: number
  /** Rows apart from those. */
  readonly alone: readonly number[]
}

/** Reads the pages that are looked at. */
export class PageReader {
  readonly reconciler: Reconciler
  readonly #state: TreeState
  readonly #fetcher: PageFetcher
  #sight: Sight = { first: 0, last: -1, alone: [] }

  constructor(state: TreeState) {
    this.#state = state
    this.reconciler = new Reconciler(state, level => this.#pagesInSightOf(level))
    this.#fetcher = new PageFetcher(
      (address, signal) => this.#read(address, signal),
      error => state.fail(error),
    )
  }

  /** Says which rows are looked at. */
  look(sight: Sight): void {
    this.#sight = sight
    const missing: PageAddress[] = []
    for (const address of this.#pagesInSight()) {
      if (this.#state.pages.has(address.level, address.page)) {
        this.#state.pages.touch(address.level, address.page)
      } else missing.push(address)
    }
    this.#fetcher.want(missing)
  }

  /** Reads again what failed. */
  retry(): void {
    this.#fetcher.retry()
    this.look(this.#sight)
  }

  async row({ level, index }: Place): Promise<Row | undefined> {
    const page = Math.floor(index / PAGE_ROWS)
    if (!this.#state.pages.has(level, page)) await this.#read({ level, page })
    return this.#state.pages.row(level, index)
  }

  end(): void {
    this.#fetcher.end()
  }

  async #read({ level, page }: PageAddress, signal?: AbortSignal): Promise<void> {
    const state = this.#state
    const reply = await state.calls.rows(level.prefix, page * PAGE_ROWS, PAGE_ROWS, signal)
    if (!state.levels.has(level)) return
    if (!state.isCurrent(level, reply)) await this.reconciler.reconcile(level)
    // A level that goes on changing may have moved past the rows in this reply, which are then only nearly right:
    // better than none, and put right by the change that is announced next.
    if (!state.pages.has(level, page)) state.pages.set(level, page, reply.rows)
    state.changed()
  }

  #pagesInSightOf(level: Level): readonly number[] {
    return this.#pagesInSight()
      .filter(address => address.level === level)
      .map(address => address.page)
  }

  #pagesInSight(): readonly PageAddress[] {
    const { model } = this.#state
    const { first, last, alone } = this.#sight
    const addresses = new Map<string, PageAddress>()
    const add = (row: number) => {
      const { level, index } = model.at(row)
      const page = Math.floor(index / PAGE_ROWS)
      if (index !== STATUS_ROW) addresses.set(pageKey(level, page), { level, page })
    }
    for (let row = Math.max(0, first); row <= Math.min(last, model.rows - 1); row++) add(row)
    for (const row of alone) if (row < model.rows) add(row)
    return [...addresses.values()]
  }
}
