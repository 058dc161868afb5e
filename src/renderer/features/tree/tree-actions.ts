import { forEachBounded } from '../../../core/concurrency/for-each-bounded.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Client } from '../../api/client.ts'
import { changesKeys, type ManyKeyAction } from '../../ui/keys/chosen-keys.ts'
import type { Dropped, KeyRequest } from '../../ui/keys/key-request.ts'
import { KeySelection } from '../../ui/keys/key-selection.ts'
import { howToWrite, noWritesReason } from '../../ui/text/write-lock.ts'
import { type Place, STATUS_ROW } from './model/row-model.ts'
import type { TreeSource } from './source/tree-source.ts'
import { splitKey } from './source/tree-state.ts'
import { findByTyping } from './source/type-ahead.ts'
import type { RowView } from './view/row-view.ts'
import type { TreeView } from './view/tree-view.ts'

interface OpenOptions {
  readonly as: 'key' | 'branch'
  readonly isPreview: boolean
}

/** The callbacks of the tree. */
export interface TreeEvents {
  readonly onOpen: (key: string, options: OpenOptions) => void
  readonly onRequest: (request: KeyRequest) => void
}

interface TreeActionsOptions extends TreeEvents {
  readonly view: TreeView
  readonly client: Client
  readonly session: SessionInfo
  /** Shows a message that belongs to no row. */
  readonly onNotice: (text: string) => void
}

/** The actions of the tree, for keyboard, pointer and menus. */
export class TreeActions {
  readonly #options: TreeActionsOptions
  #typing = 0

  constructor(options: TreeActionsOptions) {
    this.#options = options
  }

  get view(): TreeView {
    return this.#options.view
  }

  expand(number: number): void {
    const { source } = this.view
    const place = source.state.model.at(number)
    const row = source.row(place)
    if (row?.isBranch === true) void source.open(place, row)
  }

  collapse(number: number): void {
    const { source } = this.view
    const level = source.state.model.openAt(source.state.model.at(number))
    if (level !== undefined) source.close(level)
  }

  toggle(number: number): void {
    const row = this.view.describe(number)
    if (row.type === 'key' && row.isOpen) this.collapse(number)
    else this.expand(number)
  }

  /** Opens a row in a tab, as a value if it has one, else as a branch. */
  activate(row: RowView, as: 'any' | 'branch', isPreview: boolean): void {
    if (row.type !== 'key' || (as === 'branch' && !row.isBranch)) return
    const options: OpenOptions = { as: as === 'any' && row.isValue ? 'key' : 'branch', isPreview }
    this.#options.onOpen(row.key, options)
  }

  async expandSiblings(): Promise<void> {
    const { focus, source } = this.view
    if (focus === undefined || focus.index === STATUS_ROW) return
    const total = focus.level.state.count
    await this.#try(async () => {
      const { opened, checked } = await openSiblings(source, focus)
      if (checked < total) {
        this.#options.onNotice(`Opened ${opened} branches among the nearest ${checked} of ${total} rows`)
      }
    })
  }

  async typeAhead(text: string): Promise<void> {
    const { focus, source } = this.view
    if (focus === undefined) return
    const typing = ++this.#typing
    await this.#try(async () => {
      const place = await findByTyping(source, focus, text)
      // Replies may arrive out of order. Only the last one counts, unless the focus has moved meanwhile.
      if (place !== undefined && typing === this.#typing && this.view.focus === focus)
        this.view.focusAt(place)
    })
  }

  /** Retries failed reads: of the level of a row, or others. */
  retry(number?: number): void {
    const { source } = this.view
    source.retry(number === undefined ? undefined : source.state.model.at(number).level)
  }

  /** Lists again the branch of a row, or the level of a row that is not a branch. */
  refresh(number: number | undefined): void {
    const { source } = this.view
    const { model } = source.state
    const place = number === undefined ? undefined : model.at(number)
    const level = place === undefined ? model.root : (model.openAt(place) ?? place.level)
    void source.refresh(level)
  }

  newKey(row: RowView | undefined): void {
    const below = row?.type !== 'key' ? '/' : row.isBranch ? row.key : splitKey(row.key).prefix
    this.#options.onRequest({ type: 'newKey', below })
  }

  /** Does something to the chosen keys: to the row with the focus where no other is chosen. */
  many(action: ManyKeyAction, row: RowView | undefined): void {
    const selection = this.chosenWith(row)
    if (selection.isEmpty && action !== 'paste') return
    if (changesKeys(action) && !this.isWritable(`${action} keys`)) return
    const below = row?.type !== 'key' ? '/' : row.isBranch ? row.key : splitKey(row.key).prefix
    this.#options.onRequest({ type: 'many', action, selection, below })
  }

  get mayDrop(): boolean {
    return noWritesReason(this.#options.session) === undefined
  }

  /** Puts what was dropped on a row into its branch, or into the branch that it is in. */
  drop(row: RowView | undefined, dropped: Dropped): void {
    if (!this.isWritable('put keys here')) return
    const below = row?.type !== 'key' ? '/' : row.isBranch ? row.key : splitKey(row.key).prefix
    this.#options.onRequest({ type: 'drop', below, ...dropped })
  }

  chosenWith(row: RowView | undefined): KeySelection {
    if (!this.view.chosen.isEmpty) return this.view.chosen
    return row?.type === 'key' ? KeySelection.of([row.key]) : KeySelection.none
  }

  goToKey(): void {
    this.#options.onRequest({ type: 'goToKey' })
  }

  /** Opens a query of what is below a branch. */
  query(row: RowView | undefined): void {
    if (row?.type === 'key') this.#options.onRequest({ type: 'query', below: row.key })
  }

  delete(row: RowView | undefined): void {
    if (row?.type !== 'key' || !this.isWritable('delete keys')) return
    const { key, isValue, isBranch } = row
    this.#options.onRequest({ type: 'delete', key, isValue, isBranch })
  }

  /** Starts the job that counts the keys at and below `key`. */
  async count(key: string): Promise<void> {
    const { client, session } = this.#options
    await this.#try(async () => {
      await client.call('jobs.start', { session: session.id, request: { type: 'count', prefix: key } })
    })
  }

  moveBranch(from: string, to: string): void {
    this.view.noteMove(from, to)
    this.#options.onRequest({ type: 'moveBranch', from, to })
  }

  /** Renames a value. @throws CallError when the store refuses. */
  async rename(from: string, to: string): Promise<void> {
    const { client, session, onRequest } = this.#options
    const { entry } = await client.call('store.rename', { session: session.id, from, to, replace: false })
    onRequest({ type: 'renamed', from, to, entry })
    await this.view.reveal(to, 'nearest')
  }

  /** Renames a value, and shows a failure in the tree. */
  async tryRename(from: string, to: string): Promise<void> {
    await this.#try(() => this.rename(from, to))
  }

  /** Whether the session can be written. If not, shows why. */
  isWritable(what: string): boolean {
    const { session, onNotice } = this.#options
    const why = noWritesReason(session)
    if (why === undefined) return true
    onNotice(`Cannot ${what}: ${why}. ${howToWrite(session)}`)
    return false
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.view.source.state.fail(error)
    }
  }
}

/** The maximum number of rows of one level to check, nearest first. */
const MAX_SIBLINGS = 1000

/** Opens the sibling branches of a row. @returns How many were opened, of how many rows. */
export async function openSiblings(
  source: TreeSource,
  { level, index }: Place,
): Promise<{ readonly opened: number; readonly checked: number }> {
  const { calls, model } = source.state
  const offset = Math.max(0, Math.min(index - MAX_SIBLINGS / 2, level.state.count - MAX_SIBLINGS))
  const { rows, version } = await calls.rows(level.prefix, offset, MAX_SIBLINGS)
  if (version !== level.state.version) return { opened: 0, checked: rows.length }
  let opened = 0
  await source.state.hold(() =>
    forEachBounded([...rows.entries()], 16, async ([step, row]) => {
      const place = { level, index: offset + step }
      if (!row.isBranch || model.openAt(place) !== undefined || version !== level.state.version) return
      opened++
      await source.open(place, row, 1)
    }),
  )
  return { opened, checked: rows.length }
}
