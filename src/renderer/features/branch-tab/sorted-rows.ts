import { Emitter } from '../../../core/concurrency/emitter.ts'
import type { ResultRow } from '../../../shared/procedures/query.ts'
import { affectsKey, type Client } from '../../api/client.ts'
import { QueryRows, type QueryRowsState, type RowOrder } from '../../api/query-rows.ts'
import { KeySelection, MAX_CHOSEN_KEYS } from '../../ui/keys/key-selection.ts'
import { childKey } from './child-keys.ts'
import type { ChildOrder, ChildRow, RowSource } from './child-rows.ts'

interface SortedState extends QueryRowsState {
  /** Values were put or deleted since the rows were sorted. */
  readonly isOutdated: boolean
}

/**
 * The values of a branch by size or time: the rows of a query for its values, which the host reads and sorts. Rows
 * stay where they are when values change meanwhile, until they are sorted again.
 */
export class SortedRows implements RowSource {
  readonly #client: Client
  readonly #session: string
  readonly #prefix: string
  readonly #query: QueryRows
  readonly #changed = new Emitter()
  readonly #rows = new WeakMap<ResultRow, ChildRow>()
  #order: ChildOrder
  #state: SortedState

  constructor(client: Client, session: string, prefix: string, order: ChildOrder) {
    this.#client = client
    this.#session = session
    this.#prefix = prefix
    this.#order = order
    this.#query = new QueryRows(client, session, { readsState: false })
    this.#state = { ...this.#query.getState(), isOutdated: false }
  }

  readonly subscribe = this.#changed.subscribe

  readonly getState = (): SortedState => this.#state

  get order(): ChildOrder {
    return this.#order
  }

  start(): () => void {
    const ends = [
      this.#query.subscribe(() => this.#show(this.#query.getState())),
      this.#client.on('valueChanged', change => {
        const isChild = change.key.slice(0, Math.max(1, change.key.lastIndexOf('/'))) === this.#prefix
        const isRelevant = isChild || affectsKey(change, childKey(this.#prefix, 'child'))
        if (change.session === this.#session && isRelevant) this.#show({ isOutdated: true })
      }),
    ]
    void this.refresh()
    return () => {
      for (const end of ends) end()
      this.#query.close()
    }
  }

  rowAt(index: number): ChildRow | undefined {
    const result = this.#query.rowAt(index)
    if (result === undefined) return undefined
    // One object for each row, so that a drawn row is the same until it changes.
    const row = this.#rows.get(result) ?? rowOf(result)
    this.#rows.set(result, row)
    return row
  }

  setVisible(start: number, end: number): void {
    this.#query.setVisible(start, end)
  }

  /** Looks at all values again. */
  async refresh(): Promise<void> {
    this.#show({ isOutdated: false })
    const text = JSON.stringify({ prefix: this.#prefix, recursive: false, withStat: true })
    await this.#query.run(text, rowOrder(this.#order))
  }

  async sort(order: ChildOrder): Promise<void> {
    this.#order = order
    await this.#query.sort(rowOrder(order))
  }

  async select(first: number, count: number): Promise<KeySelection> {
    return KeySelection.values(await this.#query.keys(first, Math.min(count, MAX_CHOSEN_KEYS)))
  }

  #show(change: Partial<SortedState>): void {
    const revision = this.#state.revision + 1
    this.#state = { ...this.#state, ...change, revision }
    this.#changed.emit()
  }
}

function rowOrder({ by, isDescending }: ChildOrder): RowOrder {
  return { by, descending: isDescending }
}

function rowOf({ key, size, mtime }: ResultRow): ChildRow {
  return {
    name: key.slice(key.lastIndexOf('/') + 1),
    isValue: true,
    isBranch: false,
    isSorted: true,
    ...(size !== undefined && { size }),
    ...(mtime !== undefined && { mtime }),
  }
}
