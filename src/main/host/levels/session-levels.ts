import type { BinaryDatastore } from '../../../core/datastore.ts'
import { DatastoreError } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import type { Output } from '../../../shared/contract.ts'
import type { Broadcast } from '../page.ts'
import type { StoreChange } from '../sessions/observed.ts'
import { Level, LevelDroppedError, type RowRange } from './level.ts'
import type { LevelCache } from './level-cache.ts'
import { Rechecks } from './rechecks.ts'

/** Keys to ask the store about, beyond which listing their levels anew is cheaper. */
const MAX_RECHECKS = 2000

/** What is needed of a session. */
interface LevelsOf {
  readonly id: string
  readonly store: BinaryDatastore
  /** Fires when the session closes. */
  readonly closing: AbortSignal
}

/** The levels of one session that pages look at, kept up to date by the changes that pass through the session. */
export class SessionLevels {
  readonly #session: LevelsOf
  readonly #broadcast: Broadcast
  readonly #cache: LevelCache
  readonly #levels = new Map<string, Level>()
  readonly #rechecks: Rechecks

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

  /** Forgets what was listed at `prefix`; `isDeep`, below it too. Pages are told that the rows are of no known state. */
  refresh(prefix: Key, isDeep: boolean): void {
    this.#rechecks.restart()
    const text = prefix.toString()
    const below = prefix.isRoot ? '/' : `${text}/`
    for (const other of [...this.#levels.keys()]) {
      if (other === text || (isDeep && other.startsWith(below))) this.#drop(other)
    }
  }

  /** Keeps the levels true after a write through the session. */
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

  /** A key is gone: the branches above it may be empty now. */
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
    const found = this.#levels.get(text)
    if (found?.isFailed === false) {
      this.#cache.use(found)
      return found
    }
    if (found !== undefined) this.#cache.remove(found)
    const level = new Level({
      store,
      prefix,
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
