import { forEachBounded } from '../../../../core/concurrency/for-each-bounded.ts'
import type { Row } from '../../../../shared/procedures/store.ts'
import { isAbortedCall } from '../../../api/client.ts'
import { childKey, type Level, type Place } from '../model/row-model.ts'
import { type LevelCalls, PAGE_ROWS, type RowsReply } from './level-calls.ts'
import { openKeys, prefixesOf, type TreeState } from './tree-state.ts'

/** Milliseconds before a loading level shows a row that says so. Most levels load faster, without a flash. */
const SLOW_AFTER = 150

interface OpenerOptions {
  /** Whether single-child branches share a row. */
  readonly isCompact: boolean
  /** Called for a level that may have changed since it was read. */
  readonly onMaybeStale: (level: Level) => void
}

/** Opens branches: reads their level, joins single-child branches, and reopens the branches that were open in it. */
export class LevelOpener {
  readonly #state: TreeState
  readonly #options: OpenerOptions
  readonly #loading = new Map<Level, Promise<Level>>()
  /** Levels that changed while any level was being read. */
  readonly #changedMeanwhile = new Set<string>()

  constructor(state: TreeState, options: OpenerOptions) {
    this.#state = state
    this.#options = options
  }

  /**
   * Opens the branch `row`. A level that was open before shows its known rows at once.
   * @returns The level once it is read. It is a deeper one if single-child branches were joined.
   */
  open({ level: parent, index }: Place, row: Row, limit = PAGE_ROWS): Promise<Level> {
    const { model, levels } = this.#state
    const known = parent.open.at(index) ?? levels.get(childKey(parent.prefix, row.name))
    const level = known ?? model.create(parent, [row.name])
    if (level.row === undefined) model.open(level, index)
    if (known === undefined) levels.add(level)
    else if (known.load.type === 'ready') this.#options.onMaybeStale(known)
    const isJoinable = this.#options.isCompact && !row.isValue
    const loaded = level.load.type === 'ready' ? Promise.resolve(level) : this.load(level, limit, isJoinable)
    this.#state.changed()
    return loaded
  }

  /** Reads a level, unless that runs already. */
  load(level: Level, limit = PAGE_ROWS, isJoinable = false): Promise<Level> {
    const running = this.#loading.get(level)
    if (running !== undefined) return running
    const loaded = this.#load(level, limit, isJoinable).finally(() => {
      this.#loading.delete(level)
      if (this.#loading.size === 0) this.#changedMeanwhile.clear()
    })
    this.#loading.set(level, loaded)
    return loaded
  }

  /** Notes a change of a level that may be loading: a pending reply may be older than the change. */
  noteChange(prefix: string): void {
    if (this.#loading.size > 0) this.#changedMeanwhile.add(prefix)
  }

  /** Splits a joined row unless the branch that follows `prefix` in it is still the only child of `prefix`. */
  async verifyJoin(level: Level, prefix: string): Promise<void> {
    const { model, levels, calls, toOpen } = this.#state
    const [name] = level.names
    const joined = level.names[prefixesOf(level).indexOf(prefix) + 1]
    try {
      const reply = await calls.rows(prefix, 0, 1)
      if (onlyBranch(reply)?.name === joined || !levels.has(level)) return
      if (level.parent === undefined || name === undefined) return
      const place = { level: level.parent, index: model.indexOf(level) }
      const isOpen = level.row !== undefined
      for (const key of openKeys(level)) toOpen.add(key)
      this.#state.discard(level)
      if (isOpen) await this.open(place, { name, isValue: false, isBranch: true })
      else this.#state.changed()
    } catch (error) {
      this.#state.fail(error)
    }
  }

  async #load(level: Level, limit: number, isJoinable: boolean): Promise<Level> {
    const { model, pages, levels, calls } = this.#state
    level.load = { type: 'loading' }
    const slow = setTimeout(() => {
      model.setStatusRow(level, true)
      this.#state.changed()
    }, SLOW_AFTER)
    try {
      const { names, reply } = isJoinable
        ? await prefetch(calls, level.prefix, limit)
        : { names: [], reply: await calls.rows(level.prefix, 0, limit) }
      if (!levels.has(level)) return level
      const reached = names.length === 0 ? level : this.#join(level, names)
      reached.load = { type: 'ready' }
      if (reply.rows.length === Math.min(reply.count, PAGE_ROWS)) pages.set(reached, 0, reply.rows)
      this.#state.settle(reached, reply)
      this.#state.changed()
      this.#checkStale(reached)
      await restoreOpen(this.#state, reached, (place, below, rows) => this.open(place, below, rows))
      return reached
    } catch (error) {
      this.#state.failLevel(level, error)
      return level
    } finally {
      clearTimeout(slow)
    }
  }

  #checkStale(level: Level): void {
    for (const prefix of prefixesOf(level)) {
      if (!this.#changedMeanwhile.has(prefix)) continue
      if (prefix === level.prefix) this.#options.onMaybeStale(level)
      else void this.verifyJoin(level, prefix)
    }
  }

  /** Replaces `level` in its row by a level further down. */
  #join(level: Level, names: readonly string[]): Level {
    const { model, levels } = this.#state
    const { parent } = level
    if (parent === undefined) return level
    const index = model.indexOf(level)
    const isOpen = level.row !== undefined
    const joined = model.create(parent, [...level.names, ...names])
    this.#state.discard(level)
    levels.add(joined)
    joined.closedAt = index
    if (isOpen) model.open(joined, index)
    return joined
  }
}

/** Branches that may share one row. */
const MAX_JOINED = 32

interface Prefetched {
  /** The branches below the first that share its row. */
  readonly names: readonly string[]
  /** The first rows of the level that the shared row opens. */
  readonly reply: RowsReply
}

/** Reads the first rows of `prefix`, then of its only child as long as that is a branch without a value. */
async function prefetch(calls: LevelCalls, prefix: string, limit: number): Promise<Prefetched> {
  const names: string[] = []
  let reached = prefix
  let reply = await calls.rows(prefix, 0, limit)
  while (names.length < MAX_JOINED) {
    const only = onlyBranch(reply)
    if (only === undefined) break
    const below = childKey(reached, only.name)
    try {
      reply = await calls.rows(below, 0, limit)
    } catch (error) {
      // A level that cannot be read gets its own row, which shows the failure when it is opened.
      if (isAbortedCall(error)) throw error
      break
    }
    names.push(only.name)
    reached = below
  }
  return { names, reply }
}

/** The only child of a level, if that is a branch without a value. */
function onlyBranch({ rows, count, accuracy }: RowsReply): Row | undefined {
  const [only] = rows
  const isOnly = count === 1 && accuracy === 'exact'
  return isOnly && only?.isBranch === true && !only.isValue ? only : undefined
}

/** Branches to read with a full page. Of more, most are not visible, and their rows can wait. */
const MANY = 20

/** Reopens the branches of a level that were open, if they still exist; each reopens those below it. */
async function restoreOpen(
  state: TreeState,
  level: Level,
  open: (place: Place, row: Row, limit: number) => Promise<Level>,
): Promise<void> {
  const names = [...state.toOpen.take(level.prefix)]
  if (names.length === 0) return
  const limit = names.length > MANY ? 1 : PAGE_ROWS
  const known = firstRows(state, level)
  const reopen = async (name: string) => {
    const [index, row] = known.get(name) ?? (await findRow(state, level, name)) ?? []
    if (index === undefined || row?.isBranch !== true || !state.levels.has(level)) return
    await open({ level, index }, row, limit)
  }
  await state.hold(() => forEachBounded(names, 8, reopen))
}

/** The rows that came with the level. */
function firstRows(state: TreeState, level: Level): ReadonlyMap<string, readonly [number, Row]> {
  const rows = new Map<string, readonly [number, Row]>()
  for (let index = 0; index < PAGE_ROWS; index++) {
    const row = state.pages.row(level, index)
    if (row !== undefined) rows.set(row.name, [index, row])
  }
  return rows
}

async function findRow(
  state: TreeState,
  level: Level,
  name: string,
): Promise<readonly [number, Row] | undefined> {
  const { index, isPresent } = await state.calls.find(level.prefix, name)
  if (!isPresent) return undefined
  const [row] = (await state.calls.rows(level.prefix, index, 1)).rows
  return row?.name === name ? [index, row] : undefined
}
