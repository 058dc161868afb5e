import type { BinaryDatastore } from '../../../core/datastore.ts'
import { DatastoreError, isNotFound } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import type { Output } from '../../../shared/contract.ts'
import type { Broadcast } from '../host-parts.ts'
import type { StoreChange } from '../sessions/change-feed.ts'
import { isListedBranch } from './is-listed-branch.ts'
import { Level, LevelDroppedError, type RowRange } from './level.ts'
import type { LevelCache } from './level-cache.ts'
import type { RowPatch } from './level-rows.ts'

/** The maximum number of keys to check in the store. With more, listing their levels again is cheaper. */
const MAX_RECHECKS = 2000

/** The parts of a session that are needed. */
interface LevelsOf {
  readonly id: string
  readonly store: BinaryDatastore
  /** Fires when the session closes. */
  readonly closing: AbortSignal
  /** Makes the session report changes by others on a level to this object. */
  follow(level: Key): void
}

/** The levels of one session that pages show, kept up to date by the changes that pass through the session. */
export class SessionLevels {
  readonly #session: LevelsOf
  readonly #broadcast: Broadcast
  readonly #cache: LevelCache
  readonly #levels = new Map<string, Level>()
  readonly #rechecks: Rechecks
  /** The levels for whose next listing the store reads its keys again. */
  readonly #asked = new Set<string>()

  constructor(session: LevelsOf, cache: LevelCache, broadcast: Broadcast) {
    this.#session = session
    this.#cache = cache
    this.#broadcast = broadcast
    this.#rechecks = new Rechecks({
      store: session.store,
      closing: session.closing,
      apply: (key, row) => {
        this.#levels.get(key.parent.toString())?.patch(key.lastSegment, row)
        if (!row.isValue && !row.isBranch) this.#recheckAbove(key)
      },
      fail: key => this.#drop(key.parent.toString()),
    })
    session.closing.addEventListener('abort', () => this.#dropAll())
  }

  rows(prefix: Key, range: RowRange, signal: AbortSignal): Promise<Output<'levels.rows'>> {
    return this.#ask(prefix, level => level.rows(range, signal))
  }

  find(prefix: Key, name: string, signal: AbortSignal): Promise<Output<'levels.find'>> {
    return this.#ask(prefix, level => level.find(name, signal))
  }

  /**
   * Drops the level of `prefix`; with `isDeep`, those below it too. Pages are notified that the state of the rows is
   * unknown.
   */
  refresh(prefix: Key, isDeep: boolean): void {
    this.#rechecks.restart()
    for (const level of this.#shownAt(prefix, isDeep)) this.#drop(level)
  }

  /** Makes the store read its keys again for the next listing of `prefix`; with `isDeep`, of shown levels below too. */
  askFor(prefix: Key, isDeep: boolean): void {
    for (const level of [prefix.toString(), ...this.#shownAt(prefix, isDeep)]) this.#asked.add(level)
  }

  #shownAt(prefix: Key, isDeep: boolean): string[] {
    const text = prefix.toString()
    const below = prefix.isRoot ? '/' : `${text}/`
    return [...this.#levels.keys()].filter(other => other === text || (isDeep && other.startsWith(below)))
  }

  /** Whether a page is waiting for rows. Background work can wait then. */
  get isAwaited(): boolean {
    return [...this.#levels.values()].some(level => level.isAwaited)
  }

  /** The store has found more keys. */
  grow(): void {
    for (const level of this.#levels.values()) level.grow()
  }

  /** Checks in the store whether a branch still exists, after a change of the branch itself rather than of a key. */
  recheck(branch: Key): void {
    if (!branch.isRoot) this.#rechecks.request(branch)
  }

  /** Updates the levels after a write through the session. */
  noteChange(change: StoreChange): void {
    this.#rechecks.noteWrite(change.key)
    if (change.type === 'put') this.#notePut(change.key, change.size)
    else this.#noteDelete(change.key)
    if (this.#rechecks.size > MAX_RECHECKS) this.#dropAll()
  }

  #notePut(key: Key, size: number | undefined): void {
    const own = this.#levels.get(key.parent.toString())
    if (!key.isRoot) own?.patch(key.lastSegment, { isValue: true, size: size ?? Number.NaN })
    if (own !== undefined && size === undefined) this.#rechecks.request(key)
    for (let above = key.parent; !above.isRoot; above = above.parent) {
      this.#levels.get(above.parent.toString())?.patch(above.lastSegment, { isBranch: true })
    }
  }

  #noteDelete(key: Key): void {
    if (!key.isRoot) this.#levels.get(key.parent.toString())?.patch(key.lastSegment, { isValue: false })
    this.#recheckAbove(key)
  }

  /** A key was removed, so the branches above it may be empty now. */
  #recheckAbove(key: Key): void {
    for (let above = key.parent; !above.isRoot; above = above.parent) {
      if (this.#levels.get(above.toString())?.hasRows() === true) return
      if (this.#levels.has(above.parent.toString())) this.#rechecks.request(above)
    }
  }

  async #ask<T>(prefix: Key, ask: (level: Level) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask(this.#level(prefix))
      } catch (error) {
        if (!(error instanceof LevelDroppedError)) throw error
      }
    }
  }

  #level(prefix: Key): Level {
    const { store, closing, id } = this.#session
    if (closing.aborted) throw new DatastoreError('CLOSED', `Cannot list: session ${id} is closed`)
    const text = prefix.toString()
    // The level is followed before it is listed, so that no change in between is missed.
    this.#session.follow(prefix)
    const found = this.#levels.get(text)
    if (found?.isFailed === false) {
      this.#cache.use(found)
      return found
    }
    if (found !== undefined) this.#cache.remove(found)
    const level = new Level({
      store,
      prefix,
      isFresh: this.#asked.delete(text),
      nextVersion: () => this.#cache.nextVersion(),
      report: state => this.#report(text, state),
    })
    this.#levels.set(text, level)
    this.#cache.add(level, () => this.#forget(text, level))
    return level
  }

  #report(prefix: string, state: Level['state']): void {
    this.#cache.shrink()
    this.#broadcast('levelChanged', { session: this.#session.id, prefix, ...state })
  }

  #drop(prefix: string): void {
    const level = this.#levels.get(prefix)
    if (level === undefined) return
    const { count } = level.state
    this.#cache.remove(level)
    this.#forget(prefix, level)
    const version = this.#cache.nextVersion()
    this.#broadcast('levelChanged', {
      session: this.#session.id,
      prefix,
      count,
      accuracy: 'unknown',
      version,
    })
  }

  #dropAll(): void {
    this.#rechecks.restart()
    for (const prefix of [...this.#levels.keys()]) this.#drop(prefix)
  }

  #forget(prefix: string, level: Level): void {
    if (this.#levels.get(prefix) === level) this.#levels.delete(prefix)
    level.drop()
  }
}

/** Keys checked concurrently. */
const WIDTH = 8

interface RecheckOptions {
  readonly store: BinaryDatastore
  readonly closing: AbortSignal
  readonly apply: (key: Key, row: Required<RowPatch>) => void
  /** Called when a key cannot be checked. */
  readonly fail: (key: Key, error: unknown) => void
}

/**
 * Reads the state of keys from the store where a change alone does not show it: whether a branch is empty now, and the
 * size of a value.
 */
class Rechecks {
  readonly #options: RecheckOptions
  readonly #due = new Map<string, Key>()
  readonly #running = new Map<string, { isStale: boolean }>()

  constructor(options: RecheckOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#due.size + this.#running.size
  }

  request(key: Key): void {
    const running = this.#running.get(key.toString())
    if (running === undefined) this.#due.set(key.toString(), key)
    else running.isStale = true
    this.#runMore()
  }

  /** A write may invalidate running checks of `key` and of the keys above it. */
  noteWrite(key: Key): void {
    if (this.#running.size === 0) return
    for (let above = key; !above.isRoot; above = above.parent) {
      const running = this.#running.get(above.toString())
      if (running !== undefined) running.isStale = true
    }
  }

  /** Invalidates running checks, and starts them again. */
  restart(): void {
    for (const running of this.#running.values()) running.isStale = true
  }

  #runMore(): void {
    for (const [text, key] of this.#due) {
      if (this.#running.size >= WIDTH) return
      this.#due.delete(text)
      void this.#run(key)
    }
  }

  async #run(key: Key): Promise<void> {
    const { apply, fail, closing } = this.#options
    const text = key.toString()
    const check = { isStale: false }
    this.#running.set(text, check)
    try {
      const row = await this.#readRow(key)
      if (!check.isStale) apply(key, row)
    } catch (error) {
      if (!closing.aborted) fail(key, error)
    }
    this.#running.delete(text)
    if (check.isStale) this.#due.set(text, key)
    this.#runMore()
  }

  async #readRow(key: Key): Promise<Required<RowPatch>> {
    const { store, closing: signal } = this.#options
    const [page, stat] = await Promise.all([
      store.list(key, { limit: 1, signal }),
      store.stat(key, { signal }).catch((error: unknown) => {
        if (isNotFound(error)) return undefined
        throw error
      }),
    ])
    // A branch may exist without a key.
    const isBranch = page.children.length > 0 || (await isListedBranch(store, key, signal))
    return { isBranch, isValue: stat !== undefined, size: stat?.size ?? Number.NaN }
  }
}
