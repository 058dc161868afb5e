import { forEachBounded } from '../../../../core/concurrency/for-each-bounded.ts'
import type { LevelState } from '../../../../shared/procedures/levels.ts'
import type { Row } from '../../../../shared/procedures/store.ts'
import type { Level } from '../model/row-model.ts'
import { PAGE_ROWS } from './level-calls.ts'
import type { TreeState } from './tree-state.ts'

/** Attempts to read a consistent version of a level that keeps changing. The last one is used as it is. */
const MAX_TRIES = 3

interface Snapshot {
  readonly state: LevelState
  readonly isOneVersion: boolean
  readonly indexes: ReadonlyMap<string, { readonly index: number; readonly isPresent: boolean }>
  readonly pages: ReadonlyMap<number, readonly Row[]>
}

/**
 * Updates a changed level in one step: the old rows stay until the new visible rows, and the new indexes of all open
 * and tracked rows, are known.
 */
export class Reconciler {
  readonly #state: TreeState
  readonly #visiblePages: (level: Level) => readonly number[]
  readonly #running = new Map<Level, { asked: number; readonly done: Promise<void> }>()

  constructor(state: TreeState, visiblePages: (level: Level) => readonly number[]) {
    this.#state = state
    this.#visiblePages = visiblePages
  }

  /** Resolves when the level is at least as new as when this was called. */
  async reconcile(level: Level): Promise<void> {
    const running = this.#running.get(level)
    if (running !== undefined) {
      running.asked++
      return running.done
    }
    let resolve: () => void = () => undefined
    const done = new Promise<void>(finished => (resolve = finished))
    const run = { asked: 1, done }
    this.#running.set(level, run)
    try {
      for (let answered = 0; answered < run.asked; ) {
        answered = run.asked
        await this.#once(level)
      }
    } catch (error) {
      this.#state.failLevel(level, error)
    } finally {
      this.#running.delete(level)
      resolve()
    }
  }

  async #once(level: Level): Promise<void> {
    let snapshot = await this.#read(level)
    for (let tries = 1; tries < MAX_TRIES && !this.#isWhole(level, snapshot); tries++) {
      snapshot = await this.#read(level)
    }
    if (this.#state.levels.has(level)) this.#apply(level, snapshot)
  }

  async #read(level: Level): Promise<Snapshot> {
    const { calls } = this.#state
    const states: LevelState[] = []
    const indexes = new Map<string, { index: number; isPresent: boolean }>()
    const pages = new Map<number, readonly Row[]>()
    await forEachBounded(this.#visiblePages(level), 4, async page => {
      const reply = await calls.rows(level.prefix, page * PAGE_ROWS, PAGE_ROWS)
      states.push(reply)
      pages.set(page, reply.rows)
    })
    await forEachBounded(this.#namesToFind(level), 32, async name => {
      const reply = await calls.find(level.prefix, name)
      states.push(reply)
      indexes.set(name, reply)
    })
    const state = states.at(-1) ?? (await calls.rows(level.prefix, 0, 1))
    return { state, isOneVersion: states.every(seen => seen.version === state.version), indexes, pages }
  }

  /** Whether the snapshot is of one version, and covers rows opened while it was read. */
  #isWhole(level: Level, { isOneVersion, indexes }: Snapshot): boolean {
    return isOneVersion && this.#namesToFind(level).every(name => indexes.has(name))
  }

  #namesToFind(level: Level): readonly string[] {
    const names = new Set<string>()
    for (const open of level.open) names.add(open.names[0] ?? '')
    for (const { place, name } of this.#state.tracked) {
      if (place.level === level && name !== undefined) names.add(name)
    }
    return [...names]
  }

  #apply(level: Level, { state, indexes, pages }: Snapshot): void {
    const tree = this.#state
    tree.reached()
    if (state.count === 0 && state.accuracy === 'exact' && level.parent !== undefined) {
      tree.discard(level)
      tree.changed()
      return
    }
    tree.pages.forget(level)
    for (const [page, rows] of pages) tree.pages.set(level, page, rows)
    const open = new Map<Level, number>()
    for (const below of [...level.open]) {
      const found = indexes.get(below.names[0] ?? '')
      const isGone =
        found?.isPresent === false || (found && tree.pages.row(level, found.index)?.isBranch === false)
      if (isGone === true) tree.discard(below)
      else open.set(below, found?.index ?? tree.model.indexOf(below))
    }
    tree.model.reorder(level, open)
    tree.settle(level, state)
    for (const tracked of tree.tracked) {
      const found = indexes.get(tracked.name ?? '')
      if (tracked.place.level !== level || found === undefined) continue
      tracked.place = { level, index: found.index }
      if (!found.isPresent) tracked.name = undefined
    }
    tree.changed()
  }
}
