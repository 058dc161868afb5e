import { Emitter } from '../../../core/concurrency/emitter.ts'
import type { Hidden } from '../../../shared/procedures/levels.ts'
import type { Row } from '../../../shared/procedures/store.ts'
import type { Failure } from '../../../shared/values.ts'
import { CallError, type Client } from '../../api/client.ts'
import { KeySelection, MAX_CHOSEN_KEYS } from '../../ui/keys/key-selection.ts'
import type { Accuracy } from '../../ui/text/format.ts'
import { childKey } from './child-keys.ts'

/** Rows in one call. */
export const CHILD_PAGE = 200

/** Rows that are chosen one by one; more are one range. */
const MAX_SHOWN = 200

/** The maximum number of cached pages. Others are read again when needed. */
const MAX_PAGES = 50

export interface ChildRowsSnapshot {
  /** `undefined` until the first rows are loaded. */
  readonly count: number | undefined
  readonly accuracy: Accuracy
  readonly failure: Failure | undefined
  /** Entries of the branch that have no key. */
  readonly hidden: Hidden | undefined
  /** Grows with every change of what is shown. */
  readonly revision: number
}

interface Page {
  readonly rows: readonly Row[]
  /** The version of the level of the rows. */
  readonly version: number
}

/** A child with the known properties of its value. */
export interface ChildRow extends Row {
  /** Milliseconds since 1970. */
  readonly mtime?: number
  /** Whether it may be a branch as well: a sort reads only values. */
  readonly isSorted?: boolean
}

/** What values are sorted by; in the order of their names otherwise. */
export interface ChildOrder {
  readonly by: 'size' | 'mtime'
  readonly isDescending: boolean
}

/** Rows by number, read when they are seen. */
export interface RowSource {
  readonly rowAt: (index: number) => ChildRow | undefined
  readonly setVisible: (start: number, end: number) => void
  /** Rows `first` to `first + count` as they are chosen. */
  readonly select: (first: number, count: number) => Promise<KeySelection>
}

/** The children of a branch by row number, loaded when they are visible, and updated when the level changes. */
export class ChildRows implements RowSource {
  readonly #client: Client
  readonly #level: { readonly session: string; readonly prefix: string }
  readonly #changed = new Emitter()
  readonly #pages = new Map<number, Page>()
  readonly #running = new Map<number, AbortController>()
  #version = -1
  /** The number of reported changes of the level. */
  #changes = 0
  #visible = { start: 0, end: CHILD_PAGE }
  #snapshot: ChildRowsSnapshot = {
    count: undefined,
    accuracy: 'unknown',
    failure: undefined,
    hidden: undefined,
    revision: 0,
  }

  constructor(client: Client, session: string, prefix: string) {
    this.#client = client
    this.#level = { session, prefix }
  }

  readonly getSnapshot = (): ChildRowsSnapshot => this.#snapshot

  readonly subscribe = this.#changed.subscribe

  /** Reads the first rows and follows the level. @returns A function that stops. */
  start(): () => void {
    const { session, prefix } = this.#level
    const unsubscribe = this.#client.on('levelChanged', state => {
      if (state.session === session && state.prefix === prefix) this.#follow(state)
    })
    this.#version = -1
    this.#loadVisible()
    return () => {
      unsubscribe()
      for (const controller of this.#running.values()) controller.abort()
      this.#running.clear()
    }
  }

  /** `undefined` for a row that is not loaded yet. A row may be out of date while its page is read again. */
  rowAt(index: number): ChildRow | undefined {
    return this.#pages.get(Math.floor(index / CHILD_PAGE))?.rows[index % CHILD_PAGE]
  }

  /** Sets the visible rows; `end` is exclusive. */
  setVisible(start: number, end: number): void {
    this.#visible = { start, end: Math.max(start + 1, end) }
    if (this.#snapshot.failure === undefined) this.#loadVisible()
  }

  async select(first: number, count: number): Promise<KeySelection> {
    const { prefix } = this.#level
    if (first === 0 && count >= (this.#snapshot.count ?? 0)) return KeySelection.range(prefix, {}, count)
    const [start, end] = [this.rowAt(first), this.rowAt(first + count - 1)]
    if (count > MAX_SHOWN && start !== undefined && end !== undefined) {
      return KeySelection.range(prefix, { from: start.name, to: end.name }, count)
    }
    const rows = Array.from({ length: Math.min(count, MAX_CHOSEN_KEYS) }, (_, index) =>
      this.rowAt(first + index),
    )
    return KeySelection.of(rows.flatMap(row => (row === undefined ? [] : [childKey(prefix, row.name)])))
  }

  /** Lists the level again in the host, after changes that the host cannot detect. */
  async refresh(): Promise<void> {
    try {
      await this.#client.call('levels.refresh', this.#level)
      this.#version = -1
      this.#show({ failure: undefined })
      this.#loadVisible()
    } catch (error) {
      this.#failed(error)
    }
  }

  #follow(state: { readonly count: number; readonly accuracy: Accuracy; readonly version: number }): void {
    this.#changes += 1
    this.#version = state.version
    this.#show({ count: state.count, accuracy: state.accuracy, failure: undefined })
    this.#loadVisible()
  }

  #loadVisible(): void {
    const first = Math.floor(this.#visible.start / CHILD_PAGE)
    const last = Math.floor((this.#visible.end - 1) / CHILD_PAGE)
    for (const [page, controller] of this.#running) {
      if (page < first || page > last) controller.abort()
    }
    for (let page = first; page <= last; page++) {
      const isCurrent = this.#version >= 0 && this.#pages.get(page)?.version === this.#version
      const isPast = page > 0 && page * CHILD_PAGE >= (this.#snapshot.count ?? 0)
      if (!isCurrent && !isPast && this.#running.get(page)?.signal.aborted !== false) void this.#load(page)
    }
  }

  async #load(page: number): Promise<void> {
    const controller = new AbortController()
    const { signal } = controller
    this.#running.set(page, controller)
    const changes = this.#changes
    try {
      const input = { ...this.#level, offset: page * CHILD_PAGE, limit: CHILD_PAGE, withSizes: true }
      const { rows, count, accuracy, version, hidden } = await this.#client.call('levels.rows', input, {
        signal,
      })
      if (signal.aborted) return
      this.#keep(page, { rows, version })
      // A change reported while the rows were being read is newer than they are.
      if (version >= this.#version) {
        this.#version = version
        this.#show({ count, accuracy, hidden })
      }
    } catch (error) {
      if (!signal.aborted) this.#failed(error)
    } finally {
      if (this.#running.get(page) === controller) this.#running.delete(page)
    }
    if (!signal.aborted && changes !== this.#changes) this.#loadVisible()
  }

  #keep(page: number, content: Page): void {
    this.#pages.delete(page)
    this.#pages.set(page, content)
    const oldest = this.#pages.keys().next()
    if (this.#pages.size > MAX_PAGES && oldest.done === false) this.#pages.delete(oldest.value)
  }

  #failed(error: unknown): void {
    if (!(error instanceof CallError)) throw error
    this.#show({ failure: { code: error.code, message: error.message } })
  }

  #show(change: Partial<ChildRowsSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change, revision: this.#snapshot.revision + 1 }
    this.#changed.emit()
  }
}
