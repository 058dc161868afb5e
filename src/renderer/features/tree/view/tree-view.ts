import { Emitter } from '../../../../core/concurrency/emitter.ts'
import type { Client } from '../../../api/client.ts'
import { KeySelection, MAX_CHOSEN_KEYS } from '../../../ui/keys/key-selection.ts'
import { type Place, STATUS_ROW } from '../model/row-model.ts'
import { locate, TreeSource } from '../source/tree-source.ts'
import { openKeys, type TrackedPlace } from '../source/tree-state.ts'
import { describeRow, keyOf, type RowView } from './row-view.ts'
import {
  type Align,
  MAX_HEIGHT,
  MAX_STICKY,
  positionAt,
  ROW_HEIGHT,
  rested,
  SCROLL_START,
  type ScrollPosition,
  type ScrollScale,
  scrolled,
  scrollScale,
  scrollTarget,
  stickyPath,
} from './scroll.ts'
import { type KeptTree, keptTree, type TreeMemory } from './tree-memory.ts'

/** Rows drawn beyond the edges of the window. */
const OVERSCAN = 12
/** Milliseconds after a change before the tree's state is saved. */
const SAVE_DELAY = 1_000
/** Rows that are chosen one by one; more are a range of their level. */
const MAX_SHOWN = 200
/** Rows read beyond those drawn. */
const READ_AHEAD = 60

export interface TreeViewOptions {
  readonly client: Client
  readonly session: string
  /** Whether single-child branches share a row. */
  readonly isCompact: boolean
  /** The storage of the tree's state. Default: in the page, by session. */
  readonly kept?: KeptTree | undefined
}

/** The visible range of rows and the focused row. React renders it and forwards events to it. */
export class TreeView {
  readonly session: string
  readonly source: TreeSource
  /** Resolves when the saved state is restored. */
  readonly restored: Promise<void>
  readonly #changed = new Emitter()
  readonly #unsubscribe: () => void
  #focus: TrackedPlace | undefined
  #top: TrackedPlace | undefined
  #position = SCROLL_START
  #sticky: readonly number[] = []
  #viewport = 0
  /** The storage of its state. */
  readonly kept: KeptTree
  #saving: ReturnType<typeof setTimeout> | undefined
  #isRestored = false
  #revision = 0
  #chosen = KeySelection.none
  /** Branches that were open in one that is being moved, by their new keys. */
  #moved: { readonly to: string; readonly open: readonly string[] } | undefined
  /** Where a range of chosen rows begins. */
  #anchor: Place | undefined

  constructor({ client, session, isCompact, kept = keptTree(session) }: TreeViewOptions) {
    this.session = session
    this.kept = kept
    const memory = kept.read()
    this.source = new TreeSource({ client, session, isCompact, open: memory?.open ?? [] })
    this.#unsubscribe = this.source.state.subscribe(() => this.#update())
    this.restored = this.#restore(memory)
  }

  readonly subscribe = this.#changed.subscribe

  /** Grows with every change that must be rendered. */
  readonly revision = (): number => this.#revision

  get rows(): number {
    return this.source.state.model.rows
  }

  get position(): ScrollPosition {
    return this.#position
  }

  get scale(): ScrollScale {
    return scrollScale(this.rows, this.#viewport)
  }

  /** The rows to draw, from `first` up to but not including `end`. */
  get range(): { readonly first: number; readonly end: number } {
    const top = this.#position.virtual / ROW_HEIGHT
    return {
      first: Math.max(0, Math.floor(top) - OVERSCAN),
      end: Math.min(this.rows, Math.ceil(top + this.#viewport / ROW_HEIGHT) + OVERSCAN),
    }
  }

  /** The ancestor rows of the first visible row. */
  get sticky(): readonly number[] {
    return this.#sticky
  }

  /** Pixels that the scrolled element is high. */
  get height(): number {
    return Math.min(this.rows * ROW_HEIGHT, MAX_HEIGHT)
  }

  /** The number of elements that suffices for any range. */
  get poolSize(): number {
    return Math.ceil(this.#viewport / ROW_HEIGHT) + 2 * OVERSCAN + 2
  }

  /** Rows that a page key moves by: one less than are visible. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.#viewport / ROW_HEIGHT) - MAX_STICKY - 1)
  }

  /** The place with the focus. */
  get focus(): Place | undefined {
    return this.#focus?.place
  }

  get focusRow(): number | undefined {
    return this.#focus === undefined ? undefined : this.source.state.model.rowOf(this.#focus.place)
  }

  describe(row: number): RowView {
    return describeRow(this.source, row)
  }

  /** The content of the focused row. */
  get focused(): RowView | undefined {
    const row = this.focusRow
    return row === undefined ? undefined : this.describe(row)
  }

  /** The rows that are chosen in addition to the one with the focus; none while only that one is. */
  get chosen(): KeySelection {
    return this.#chosen
  }

  /** Whether a row is shown as chosen: those that are, or else the row with the focus. */
  isChosen(number: number, row: RowView): boolean {
    if (this.#chosen.isEmpty) return number === this.focusRow
    return row.type === 'key' && this.#chosen.has(row.key)
  }

  choose(chosen: KeySelection): void {
    if (chosen === this.#chosen) return
    this.#chosen = chosen
    this.#update()
  }

  /** Adds a row to the selection, or removes it. */
  toggleChosen(number: number): void {
    const row = this.describe(number)
    if (row.type !== 'key') return
    // What had the focus alone was chosen until now.
    const before = this.#chosen.isEmpty ? KeySelection.of(this.#focusedKeys()) : this.#chosen
    this.#chosen = before.toggled(row.key)
    this.#anchor = this.source.state.model.at(number)
    this.focusOn(number)
  }

  /** Chooses all from where the last choice began to a row, and gives that the focus. */
  chooseTo(number: number): void {
    const { model } = this.source.state
    const anchor = (this.#anchor && model.settle(this.#anchor)) ?? this.focus
    if (anchor === undefined) return
    this.#anchor = anchor
    const [first, last] = [model.rowOf(anchor), number].sort((a, b) => a - b) as [number, number]
    this.#chosen = this.#between(first, last)
    this.focusOn(number)
  }

  /** Chooses all of the level that has the focus. */
  chooseLevel(): void {
    const { focus } = this
    if (focus === undefined) return
    const { prefix, state } = focus.level
    this.choose(KeySelection.range(prefix, {}, state.count))
  }

  #focusedKeys(): string[] {
    const { focused } = this
    return focused?.type === 'key' ? [focused.key] : []
  }

  /** One range where both ends are of one level, as long as that may be. */
  #between(first: number, last: number): KeySelection {
    const { model } = this.source.state
    const [from, to] = [model.at(first), model.at(last)]
    const [start, end] = [this.source.row(from), this.source.row(to)]
    if (from.level === to.level && start !== undefined && end !== undefined && last - first > MAX_SHOWN) {
      const count = Math.abs(to.index - from.index) + 1
      return KeySelection.range(from.level.prefix, { from: start.name, to: end.name }, count)
    }
    const keys: string[] = []
    for (let number = first; number <= last && keys.length < MAX_CHOSEN_KEYS; number++) {
      const row = this.describe(number)
      if (row.type === 'key') keys.push(row.key)
    }
    return KeySelection.of(keys)
  }

  setViewport(height: number): void {
    // A hidden tree has no height. It keeps its state until it is shown again.
    if (height === this.#viewport || height === 0) return
    this.#viewport = height
    this.#update()
  }

  /** The element was scrolled. */
  scrolledTo(physical: number): void {
    const position = scrolled(this.scale, this.#position, physical)
    if (position === this.#position) return
    this.#moveTo(position)
    this.#update()
  }

  /** Scrolling has stopped. */
  rest(): void {
    const position = rested(this.scale, this.#position)
    if (position.physical === this.#position.physical) return
    this.#position = position
    this.#update()
  }

  focusAt(place: Place, align: Align = 'nearest'): void {
    this.#track('focus', place)
    this.#scrollTo(this.source.state.model.rowOf(place), place.level.depth, align)
    this.#update()
  }

  /** Gives one row the focus, and chooses no other. */
  focusAlone(row: number, align?: Align): void {
    this.#chosen = KeySelection.none
    this.#anchor = this.rows > 0 ? this.source.state.model.at(row) : undefined
    this.focusOn(row, align)
  }

  focusOn(row: number, align?: Align): void {
    if (this.rows > 0) this.focusAt(this.source.state.model.at(row), align)
  }

  /**
   * Focuses the row of `key` and opens the branches above it. If `key` is not among the selected keys, the selection is
   * cleared, so that the next action applies to `key`.
   * @returns Whether the key exists.
   */
  async reveal(key: string, align: Align, isCancelled: () => boolean = () => false): Promise<boolean> {
    try {
      const place = await locate(this.source, key, isCancelled)
      if (place === undefined || isCancelled()) return false
      if (!this.#chosen.has(key)) {
        this.#chosen = KeySelection.none
        this.#anchor = place
      }
      this.focusAt(place, align)
      await this.#reopen(key, place)
      return true
    } catch (error) {
      this.source.state.fail(error)
      return false
    }
  }

  /** A branch is to be moved: what is open in it is opened again when its new place is revealed. */
  noteMove(from: string, to: string): void {
    const open = [...openKeys(this.source.state.model.root)]
      .filter(key => key === from || key.startsWith(`${from}/`))
      .map(key => to + key.slice(from.length))
    this.#moved = open.length === 0 ? undefined : { to, open }
  }

  async #reopen(key: string, place: Place): Promise<void> {
    const moved = this.#moved
    const row = this.source.row(place)
    if (moved?.to !== key || row?.isBranch !== true) return
    this.#moved = undefined
    for (const below of moved.open) if (below !== key) this.source.state.toOpen.add(below)
    await this.source.open(place, row)
  }

  /** Ends all calls and saves the state of the tree. */
  end(): void {
    this.remember()
    this.#unsubscribe()
    this.source.end()
  }

  /** Saves the present state, for another tree of this session and for the next run. */
  remember(): void {
    clearTimeout(this.#saving)
    this.#saving = undefined
    const { root } = this.source.state.model
    if (this.#isRestored && root.load.type === 'ready') {
      const top = this.rows === 0 ? undefined : this.describe(this.#topRow)
      const memory: TreeMemory = {
        open: [...openKeys(root)],
        focus: keyOf(this.focused),
        top: top?.type === 'key' ? { key: top.key, pixels: this.#position.virtual % ROW_HEIGHT } : undefined,
      }
      this.kept.write(memory)
    }
  }

  get #topRow(): number {
    return Math.min(Math.floor(this.#position.virtual / ROW_HEIGHT), this.rows - 1)
  }

  async #restore(memory: TreeMemory | undefined): Promise<void> {
    await this.source.whenRead()
    try {
      const focus = memory?.focus && (await locate(this.source, memory.focus))
      if (focus) this.#track('focus', focus)
      const top = memory?.top && (await locate(this.source, memory.top.key))
      const pixels = memory?.top?.pixels ?? 0
      if (top) this.#moveTo(positionAt(this.scale, this.source.state.model.rowOf(top) * ROW_HEIGHT + pixels))
    } catch (error) {
      this.source.state.fail(error)
    }
    this.#isRestored = true
    this.#update()
  }

  /** Scrolls to a row so that no sticky row covers it. */
  #scrollTo(row: number, depth: number, align: Align): void {
    const covered = Math.min(depth - 1, MAX_STICKY) * ROW_HEIGHT
    const { virtual } = this.#position
    const target = scrollTarget({ row, covered }, virtual, this.#viewport, align)
    if (target !== virtual) this.#moveTo(positionAt(this.scale, target))
  }

  #moveTo(position: ScrollPosition): void {
    this.#position = position
    const isAtStart = position.virtual === 0 || this.rows === 0
    this.#track('top', isAtStart ? undefined : this.source.state.model.at(this.#topRow))
  }

  #track(which: 'focus' | 'top', place: Place | undefined): void {
    const { tracked } = this.source.state
    const before = which === 'focus' ? this.#focus : this.#top
    if (before !== undefined) tracked.delete(before)
    const after = place && { place, name: this.source.row(place)?.name }
    if (after !== undefined) tracked.add(after)
    if (which === 'focus') this.#focus = after
    else this.#top = after
  }

  /** Adapts focus and scroll position to moved rows, and requests visible rows. */
  #update(): void {
    this.#settle('focus')
    this.#settle('top')
    const top = this.#top
    const pixels = this.#position.virtual % ROW_HEIGHT
    const virtual = top === undefined ? 0 : this.source.state.model.rowOf(top.place) * ROW_HEIGHT + pixels
    const { physical } = this.scale
    const isKept = virtual === this.#position.virtual && this.#position.physical <= physical
    if (!isKept) this.#position = positionAt(this.scale, virtual)
    const { first, end } = this.range
    this.#sticky = stickyPath(this.source.state.model, this.#position.virtual)
    const { focusRow } = this
    const alone = focusRow === undefined ? this.#sticky : [...this.#sticky, focusRow]
    this.source.setVisible(first - READ_AHEAD, end + READ_AHEAD, alone)
    if (this.#isRestored) {
      this.#saving ??= setTimeout(() => this.remember(), SAVE_DELAY)
    }
    this.#revision++
    this.#changed.emit()
  }

  #settle(which: 'focus' | 'top'): void {
    const tracked = which === 'focus' ? this.#focus : this.#top
    if (tracked === undefined) return
    const place = this.source.state.model.settle(tracked.place)
    if (place?.level !== tracked.place.level || place.index !== tracked.place.index) this.#track(which, place)
    else tracked.name ??= place.index === STATUS_ROW ? undefined : this.source.row(place)?.name
  }
}
