import { Emitter } from '../../../core/concurrency/emitter.ts'
import type { QueryReport } from '../../../shared/procedures/query.ts'
import { affectsKey, CallError, type Client, isAbortedCall } from '../../api/client.ts'
import { KeySelection, MAX_CHOSEN_KEYS } from '../../ui/key-selection.ts'
import { childKey } from './child-keys.ts'
import { CHILD_PAGE, type ChildOrder, type ChildRow, type RowSource } from './child-rows.ts'

/** Pages that are kept; others are read again when they are wanted. */
const MAX_PAGES = 60

interface SortedState {
  readonly report: QueryReport | undefined
  /** The host has put the rows into the order that was asked for last. */
  readonly isSorted: boolean
  readonly failure: { readonly code: string; readonly message: string } | undefined
  /** Values were put or deleted since the rows were sorted. */
  readonly isOutdated: boolean
  readonly revision: number
}

const NOTHING: SortedState = {
  report: undefined,
  isSorted: false,
  failure: undefined,
  isOutdated: false,
  revision: 0,
}

/**
 * The values of a branch by size or time. The host looks at each of them and sorts them; the page holds what is seen.
 * Rows stay where they are when values change meanwhile, until they are sorted again.
 */
export class SortedRows implements RowSource {
  readonly #client: Client
  readonly #session: string
  readonly #prefix: string
  readonly #changed = new Emitter()
  readonly #pages = new Map<number, { readonly rows: readonly ChildRow[]; readonly version: number }>()
  readonly #loading = new Map<number, AbortController>()
  #order: ChildOrder
  #query: string | undefined
  #run = new AbortController()
  #wanted = { start: 0, end: CHILD_PAGE }
  #state = NOTHING

  constructor(client: Client, session: string, prefix: string, order: ChildOrder) {
    this.#client = client
    this.#session = session
    this.#prefix = prefix
    this.#order = order
  }

  readonly subscribe = this.#changed.subscribe

  readonly getState = (): SortedState => this.#state

  get order(): ChildOrder {
    return this.#order
  }

  start(): () => void {
    const unsubscribe = this.#client.on('valueChanged', change => {
      const isChild = change.key.slice(0, Math.max(1, change.key.lastIndexOf('/'))) === this.#prefix
      const isMeant = isChild || affectsKey(change, childKey(this.#prefix, 'child'))
      if (change.session === this.#session && isMeant && !this.#state.isOutdated)
        this.#show({ isOutdated: true })
    })
    void this.refresh()
    return () => {
      unsubscribe()
      this.#forget()
    }
  }

  rowAt(index: number): ChildRow | undefined {
    return this.#pages.get(Math.floor(index / CHILD_PAGE))?.rows[index % CHILD_PAGE]
  }

  want(start: number, end: number): void {
    this.#wanted = { start, end }
    this.#bring()
  }

  /** Looks at all values again. */
  async refresh(): Promise<void> {
    this.#forget()
    const { signal } = (this.#run = new AbortController())
    this.#show({ ...NOTHING, revision: this.#state.revision })
    try {
      const text = JSON.stringify({ prefix: this.#prefix, recursive: false, withStat: true })
      const { query } = await this.#client.call('query.open', { session: this.#session, text })
      if (signal.aborted) {
        this.#close(query)
        return
      }
      this.#query = query
      await this.#sort(query)
      await this.#follow(query, signal)
    } catch (error) {
      if (!signal.aborted && !isAbortedCall(error)) this.#failed(error)
    }
  }

  async #follow(query: string, signal: AbortSignal): Promise<void> {
    for (let version: number | undefined; ; ) {
      const report = await this.#client.call('query.next', { query, version }, { signal })
      if (signal.aborted) return
      version = report.version
      this.#show({ report })
      this.#bring()
      if (report.isLast) return
    }
  }

  /** Sorts what is there in another order; what comes later follows. */
  async sort(order: ChildOrder): Promise<void> {
    this.#order = order
    const query = this.#query
    if (query === undefined) return
    try {
      await this.#sort(query)
      const report = await this.#client.call('query.next', { query })
      if (query !== this.#query) return
      this.#show({ report })
      this.#bring()
    } catch (error) {
      // The host drops what nobody asked for in a long time.
      if (query === this.#query) await this.refresh()
      else if (!isAbortedCall(error)) throw error
    }
  }

  /** The host tells the keys, since some of the rows may never have been looked at. */
  async select(first: number, count: number): Promise<KeySelection> {
    const query = this.#query
    if (query === undefined) return KeySelection.none
    const keys: string[] = []
    const most = Math.min(count, MAX_CHOSEN_KEYS)
    while (keys.length < most) {
      const asked = { query, offset: first + keys.length, limit: Math.min(10_000, most - keys.length) }
      const more = await this.#client.call('query.keys', asked)
      keys.push(...more.keys)
      if (more.keys.length < asked.limit) break
    }
    return KeySelection.values(keys)
  }

  async #sort(query: string): Promise<void> {
    const { by, isDescending } = this.#order
    this.#show({ isSorted: false })
    await this.#client.call('query.sort', { query, by, descending: isDescending })
    if (query === this.#query) this.#show({ isSorted: true })
  }

  #bring(): void {
    const { report } = this.#state
    if (this.#query === undefined || report === undefined) return
    const first = Math.floor(this.#wanted.start / CHILD_PAGE)
    const last = Math.floor((Math.min(this.#wanted.end, report.rows) - 1) / CHILD_PAGE)
    for (const [page, loading] of this.#loading) if (page < first || page > last) loading.abort()
    for (let page = first; page <= last; page++) {
      const isCurrent = (this.#pages.get(page)?.version ?? -1) >= report.version
      if (!isCurrent && this.#loading.get(page)?.signal.aborted !== false) void this.#load(page)
    }
  }

  async #load(page: number): Promise<void> {
    const query = this.#query
    if (query === undefined) return
    const controller = new AbortController()
    const { signal } = controller
    this.#loading.set(page, controller)
    try {
      const asked = { query, offset: page * CHILD_PAGE, limit: CHILD_PAGE }
      const { rows, version } = await this.#client.call('query.rows', asked, { signal })
      if (signal.aborted || query !== this.#query) return
      this.#keep(page, { rows: rows.map(rowOf), version })
    } catch (error) {
      if (!signal.aborted && query === this.#query) this.#failed(error)
    } finally {
      if (this.#loading.get(page) === controller) this.#loading.delete(page)
    }
    if (query === this.#query && this.#state.failure === undefined) this.#bring()
  }

  #keep(page: number, content: { readonly rows: readonly ChildRow[]; readonly version: number }): void {
    this.#pages.delete(page)
    this.#pages.set(page, content)
    const oldest = this.#pages.keys().next()
    if (this.#pages.size > MAX_PAGES && oldest.done === false) this.#pages.delete(oldest.value)
    this.#show({})
  }

  #failed(error: unknown): void {
    if (!(error instanceof CallError)) throw error
    this.#show({ failure: { code: error.code, message: error.message } })
  }

  #forget(): void {
    this.#run.abort()
    for (const loading of this.#loading.values()) loading.abort()
    this.#loading.clear()
    this.#pages.clear()
    if (this.#query !== undefined) this.#close(this.#query)
    this.#query = undefined
  }

  #close(query: string): void {
    // A host that is gone has closed it.
    void this.#client.call('query.close', { query }).catch(() => undefined)
  }

  #show(change: Partial<SortedState>): void {
    this.#state = { ...this.#state, ...change, revision: this.#state.revision + 1 }
    this.#changed.emit()
  }
}

function rowOf({
  key,
  size,
  mtime,
}: {
  key: string
  size?: number | undefined
  mtime?: number | undefined
}): ChildRow {
  return {
    name: key.slice(key.lastIndexOf('/') + 1),
    isValue: true,
    isBranch: false,
    isSorted: true,
    ...(size !== undefined && { size }),
    ...(mtime !== undefined && { mtime }),
  }
}
