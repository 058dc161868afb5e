import type { EventValue } from '../../../../shared/events.ts'
import type { LevelState } from '../../../../shared/procedures/levels.ts'
import type { Row } from '../../../../shared/procedures/store.ts'
import type { Client } from '../../../api/client.ts'
import { type Level, type Place, STATUS_ROW } from '../model/row-model.ts'
import { type FindReply, LevelCalls } from './level-calls.ts'
import { LevelOpener } from './level-opener.ts'
import { PageReader } from './pages.ts'
import { segmentsOf, TreeState } from './tree-state.ts'

interface TreeSourceOptions {
  readonly client: Client
  readonly session: string
  /** Whether single-child branches share a row. */
  readonly isCompact: boolean
  /** Branches to open as their levels are read. */
  readonly open?: Iterable<string>
}

/** The data of the tree. Reads only the rows that are visible. */
export class TreeSource {
  readonly state: TreeState
  readonly #pages: PageReader
  readonly #opener: LevelOpener
  readonly #unsubscribe: () => void
  readonly #rootRead: Promise<Level>

  constructor({ client, session, isCompact, open }: TreeSourceOptions) {
    this.state = new TreeState(new LevelCalls(client, session), open)
    this.#pages = new PageReader(this.state)
    this.#opener = new LevelOpener(this.state, { isCompact, onMaybeStale: level => void this.#verify(level) })
    this.#unsubscribe = client.on('levelChanged', event => this.#levelChanged(event))
    this.#rootRead = this.#opener.load(this.state.model.root)
  }

  /** Resolves when the first rows are read, or could not be. */
  async whenRead(): Promise<void> {
    await this.#rootRead
  }

  /** Ends all calls and subscriptions. */
  end(): void {
    this.#unsubscribe()
    this.#pages.end()
    this.state.calls.end()
  }

  /** Sets which rows are visible: a range and single rows. They are read and kept. */
  setVisible(first: number, last: number, alone: readonly number[] = []): void {
    this.#pages.setVisible({ first, last, alone })
  }

  /** The row at a place, if it was read. */
  row({ level, index }: Place): Row | undefined {
    return index === STATUS_ROW ? undefined : this.state.pages.row(level, index)
  }

  readRow(place: Place): Promise<Row | undefined> {
    return this.#pages.row(place)
  }

  /** Opens the branch `row`; see `LevelOpener.open`. @param limit How many of its rows to read at once. */
  open(place: Place, row: Row, limit?: number): Promise<Level> {
    return this.#opener.open(place, row, limit)
  }

  close(level: Level): void {
    this.state.model.close(level)
    this.state.changed()
  }

  /** Reads again what failed. */
  retry(level?: Level): void {
    this.state.failure = undefined
    if (level?.load.type === 'failed') void this.#opener.load(level)
    this.#pages.retry()
    this.state.changed()
  }

  /** Hides the failure. */
  dismissFailure(): void {
    this.state.failure = undefined
    this.state.changed()
  }

  /** Makes the host list a level and all levels below it again. */
  async refresh(level: Level): Promise<void> {
    const { levels, model } = this.state
    try {
      await this.state.calls.refresh(level.prefix)
      for (const known of levels.within(level)) {
        if (!model.isShown(known)) this.state.discard(known)
        else if (known.load.type === 'failed') this.retry(known)
        else void this.#pages.reconciler.reconcile(known)
      }
    } catch (error) {
      this.state.fail(error)
    }
  }

  /** The row of `name` on a level, or the first row that is not before it. */
  async find(level: Level, name: string): Promise<FindReply> {
    const { calls } = this.state
    const reply = await calls.find(level.prefix, name)
    if (this.state.isCurrent(level, reply)) return reply
    await this.#pages.reconciler.reconcile(level)
    return calls.find(level.prefix, name)
  }

  /** Checks whether a level is still current. */
  async #verify(level: Level): Promise<void> {
    const { calls, levels } = this.state
    try {
      const reply = await calls.rows(level.prefix, 0, 1)
      if (levels.has(level)) this.#accept(level, reply)
    } catch (error) {
      this.state.failLevel(level, error)
    }
  }

  #levelChanged({ session, prefix, ...state }: EventValue<'levelChanged'>): void {
    if (session !== this.state.calls.session) return
    this.#opener.noteChange(prefix)
    const level = this.state.levels.get(prefix)
    if (level === undefined) return
    if (level.prefix !== prefix) void this.#opener.verifyJoin(level, prefix)
    else if (level.load.type === 'ready') this.#accept(level, state)
    else if (level.load.type === 'failed') void this.#opener.load(level)
  }

  #accept(level: Level, state: LevelState): void {
    if (this.state.isCurrent(level, state)) this.state.changed()
    else void this.#pages.reconciler.reconcile(level)
  }
}

/**
 * Finds the row of a key, opening the branches above it.
 * @param isCancelled Called between the steps; once it returns true, nothing more is opened.
 * @returns Nothing if the key does not exist or a level above it cannot be read.
 */
export async function locate(
  source: TreeSource,
  key: string,
  isCancelled: () => boolean = () => false,
): Promise<Place | undefined> {
  await source.whenRead()
  const segments = segmentsOf(key)
  let level = source.state.model.root
  for (let at = 0; at < segments.length; ) {
    if (level.load.type !== 'ready' || isCancelled()) return undefined
    const found = await source.find(level, segments[at] ?? '')
    if (!found.isPresent) return undefined
    const place = { level, index: found.index }
    if (at === segments.length - 1) return place
    const row = await source.readRow(place)
    if (row?.isBranch !== true || isCancelled()) return undefined
    level = await source.open(place, row)
    // A row that single-child branches share represents each of them.
    const rest = segments.slice(at, at + level.names.length)
    if (rest.some((segment, index) => segment !== level.names[index])) return undefined
    at += level.names.length
    if (at >= segments.length) return place
  }
  return undefined
}
