import { Emitter } from '../../../../core/concurrency/emitter.ts'
import type { LevelState } from '../../../../shared/procedures/levels.ts'
import { CallError, isAbortedCall } from '../../../api/client.ts'
import { childKey, type Level, type Place, RowModel } from '../model/row-model.ts'
import type { LevelCalls } from './level-calls.ts'
import { PageCache } from './pages.ts'

/** A place that follows its row by name when the level changes. */
export interface TrackedPlace {
  place: Place
  /** The row's name, once it was read. */
  name: string | undefined
}

/** Milliseconds between two notifications during `hold`. */
const HELD_INTERVAL = 50

/** The known part of one session's namespace. Notifies subscribers of changes. */
export class TreeState {
  readonly model = new RowModel()
  readonly pages = new PageCache()
  readonly levels = new LevelRegistry(this.model.root)
  readonly calls: LevelCalls
  /** Branches to open as their levels are read. */
  readonly toOpen: KeySet
  readonly tracked = new Set<TrackedPlace>()
  /** Why something could not be read although its level is open. */
  failure: string | undefined
  /** Whether the failure is that of a server, which is over once it answers. */
  #isUnreached = false
  readonly #changed = new Emitter()
  #holds = 0
  #lastEmitted = 0

  constructor(calls: LevelCalls, open: Iterable<string> = []) {
    this.calls = calls
    this.toOpen = new KeySet(open)
  }

  readonly subscribe = this.#changed.subscribe

  changed(): void {
    const now = performance.now()
    if (this.#holds > 0 && now - this.#lastEmitted < HELD_INTERVAL) return
    this.#lastEmitted = now
    this.#changed.emit()
  }

  /** Runs `work`, which makes many changes, and limits how often subscribers are notified. */
  async hold(work: () => Promise<unknown>): Promise<void> {
    this.#holds++
    try {
      await work()
    } finally {
      this.#holds--
      this.changed()
    }
  }

  fail(error: unknown): void {
    if (isAbortedCall(error)) return
    this.failure = messageOf(error)
    this.#isUnreached = isUnreached(error)
    this.changed()
  }

  /** A level was read, so the server can be reached again. */
  reached(): void {
    if (this.#isUnreached) this.failure = undefined
    this.#isUnreached = false
  }

  /** Whether `state` is of the known version. A count that only grew is adopted. */
  isCurrent(level: Level, state: LevelState): boolean {
    if (state.version !== level.state.version) return false
    if (state.count !== level.state.count || state.accuracy !== level.state.accuracy)
      this.settle(level, state)
    return true
  }

  /** Sets the number of rows of a level. */
  settle(level: Level, { count, accuracy, version, hidden }: LevelState): void {
    this.model.setState(level, { count, accuracy, version, hidden })
    const isEmpty = count === 0 && (level.parent !== undefined || accuracy !== 'exact')
    this.model.setStatusRow(level, level.load.type === 'failed' || isEmpty)
  }

  /**
   * Shows why a level can't be read, in place of its rows. Open branches in it are reopened once it can. While a server
   * can't be reached, the rows that were read before stay.
   */
  failLevel(level: Level, error: unknown): void {
    if (isAbortedCall(error) || !this.levels.has(level)) return
    if (level.load.type === 'ready' && isUnreached(error)) {
      this.fail(error)
      return
    }
    for (const { names } of level.open) this.toOpen.add(childKey(level.prefix, names[0] ?? ''))
    level.load = { type: 'failed', message: messageOf(error) }
    this.pages.forget(level)
    this.settle(level, { count: 0, accuracy: 'unknown', version: level.state.version })
    this.changed()
  }

  /** Closes a level and forgets it with all below it. */
  discard(level: Level): void {
    this.model.close(level)
    for (const known of this.levels.within(level)) this.pages.forget(known)
    this.levels.discard(level)
  }
}

function isUnreached(error: unknown): boolean {
  return error instanceof CallError && error.code === 'CONNECTION'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The opened levels by prefix. A level that shares a row with branches above it is also found by their prefixes. */
export class LevelRegistry {
  readonly #levels = new Map<string, Level>()

  constructor(root: Level) {
    this.#levels.set(root.prefix, root)
  }

  get(prefix: string): Level | undefined {
    return this.#levels.get(prefix)
  }

  has(level: Level): boolean {
    return this.#levels.get(level.prefix) === level
  }

  add(level: Level): void {
    for (const prefix of prefixesOf(level)) this.#levels.set(prefix, level)
  }

  /** Forgets a level and all below it, open or not. */
  discard(level: Level): void {
    for (const [prefix, known] of this.#levels) if (isWithin(known, level)) this.#levels.delete(prefix)
  }

  /** The level and all known levels below it. */
  within(level: Level): readonly Level[] {
    return [...new Set(this.#levels.values())].filter(known => isWithin(known, level))
  }
}

/** Every prefix that a level's row represents, outermost first. */
export function prefixesOf({ parent, names, prefix }: Level): readonly string[] {
  if (parent === undefined) return [prefix]
  let reached = parent.prefix
  return names.map(name => (reached = childKey(reached, name)))
}

function isWithin(level: Level, ancestor: Level): boolean {
  for (let above: Level | undefined = level; above !== undefined; above = above.parent) {
    if (above === ancestor) return true
  }
  return false
}

/** Every branch that is open in and below a level, the level itself included unless it is the root. */
export function* openKeys(level: Level): IterableIterator<string> {
  if (level.parent !== undefined) yield* prefixesOf(level)
  for (const below of level.open) yield* openKeys(below)
}

/** A set of keys, indexed by parent. */
export class KeySet {
  readonly #names = new Map<string, Set<string>>()

  constructor(keys: Iterable<string> = []) {
    for (const key of keys) this.add(key)
  }

  add(key: string): void {
    const { prefix, name } = splitKey(key)
    const names = this.#names.get(prefix) ?? new Set()
    this.#names.set(prefix, names.add(name))
  }

  /** Takes the names below `prefix` out of the set. */
  take(prefix: string): ReadonlySet<string> {
    const names = this.#names.get(prefix) ?? new Set<string>()
    this.#names.delete(prefix)
    return names
  }
}

/** `/a/b` → `/a` and `b`. */
export function splitKey(key: string): { readonly prefix: string; readonly name: string } {
  const slash = key.lastIndexOf('/')
  return { prefix: slash <= 0 ? '/' : key.slice(0, slash), name: key.slice(slash + 1) }
}

/** `/a/b` → `a`, `b`; the root has no segments. */
export function segmentsOf(key: string): readonly string[] {
  return key.split('/').filter(segment => segment !== '')
}
