import type { JournalDatastore } from '../../../src/core/adapters/journal/journal.ts'
import type { JournalEntry } from '../../../src/core/adapters/journal/journal-entry.ts'
import { collect } from '../../../src/testkit/suite.ts'
import type { Caller } from '../caller.ts'
import type { PossibleState } from '../model/possible-state.ts'
import { differences, type Settled, settled } from '../model/settled.ts'
import type { Random } from '../random.ts'
import { hasKind } from '../stacks/nodes.ts'
import { JournalCalls } from './journal-calls.ts'
import { judgeRecord } from './judge-record.ts'
import { judgeReplay } from './judge-replay.ts'
import { type Turn, turnsOf, type Undone } from './judge-undo.ts'
import { pagedEntries } from './paged-entries.ts'
import type { StackJournal } from './stack-journal.ts'

const BEGINNING = 'undoing everything gives the first state'
const END = 'redoing everything gives the last state'

/** Facts about a journal that it does not record itself. */
interface Past {
  /** The values of the keys when it began. */
  readonly start: Settled
  /** A journal below it undid recorded changes. */
  isOvertaken: boolean
}

/** Undoes and redoes the changes that the journals of a stack recorded, beside the model. */
export class Undoing {
  readonly #caller: Caller
  readonly #state: PossibleState
  readonly #random: Random
  readonly #calls: JournalCalls
  /** Checks everything with every kind of read. */
  readonly #inspect: () => Promise<void>
  /** By node. */
  readonly #pasts = new Map<string, Past>()
  /** Journals whose logs are lost when the stack is closed. */
  readonly #fleeting = new Set<string>()
  /** The facts about each journal, by node. */
  readonly #stores = new Map<string, JournalDatastore>()
  /** Journals that have recorded the whole history. */
  readonly #fromNothing = new Set<string>()
  /**
   * Journals that started during calls, or unobserved, so the values of the keys at that time are unknown.
   */
  readonly #midway = new Set<string>()
  #isBegun = false

  constructor(caller: Caller, state: PossibleState, random: Random, inspect: () => Promise<void>) {
    this.#caller = caller
    this.#state = state
    this.#random = random
    this.#inspect = inspect
    this.#calls = new JournalCalls(caller, state)
  }

  /** The journals that can be checked, the outermost first. */
  get #journals(): readonly StackJournal[] {
    return this.#caller.stack.journals.filter(({ isInSight }) => isInSight)
  }

  /** Called when a stack was opened and its contents are known. */
  begin(): void {
    for (const { id, store, isLasting } of this.#caller.stack.journals) {
      if (!this.#isBegun) this.#fromNothing.add(id)
      if (!isLasting) this.#fleeting.add(id)
      this.#stores.set(id, store)
    }
    this.#isBegun = true
    for (const { id } of this.#journals) {
      if (this.#pasts.has(id) || this.#midway.has(id)) continue
      const start = this.#fromNothing.has(id) ? new Map<string, number>() : settled(this.#state)
      this.#pasts.set(id, { start, isOvertaken: false })
    }
  }

  /**
   * Called when the stack was changed. A journal in memory that was reopened starts again at an unknown
   * moment, and an unobserved one already has records.
   */
  changed(): void {
    for (const journal of this.#caller.stack.journals) {
      const { id, store } = journal
      const isSame = this.#stores.get(id) === store
      this.#stores.set(id, store)
      if (!isSame && !journal.isLasting) {
        this.#pasts.delete(id)
        this.#fromNothing.delete(id)
      }
      if (!this.#pasts.has(id) && !this.#fromNothing.has(id)) this.#midway.add(id)
    }
  }

  /** Called when the stack was closed. Journals in memory are lost. */
  end(): void {
    for (const id of this.#fleeting) {
      this.#pasts.delete(id)
      this.#fromNothing.delete(id)
    }
    this.#fleeting.clear()
    this.#midway.clear()
  }

  /** Undoes or redoes an entry, mostly one of the latest. @returns Whether there was a journal for it. */
  async step(): Promise<boolean> {
    const random = this.#random
    const [first, ...others] = this.#journals
    if (first === undefined) return false
    const journal = random.pick<StackJournal>([first, ...others])
    const [latest, ...older] = await collect(journal.store.entries({ reverse: true, limit: 30 }))
    const action = random.chance(0.65) ? 'undo' : 'redo'
    if (latest === undefined || random.chance(0.05)) {
      await this.#calls.missing(journal, action, (latest?.sequence ?? 0) + 1000)
    } else {
      const moving = [latest, ...older].find(one => this.#known(turnsOf(action, one)).length > 0)
      const entry = random.pick<JournalEntry>([
        moving ?? latest,
        moving ?? latest,
        latest,
        random.pick([latest, ...older]),
      ])
      const turns = turnsOf(action, entry)
      const known = this.#known(turns)
      const { failed } = await this.#apply(journal, action, entry, false)
      if (failed !== undefined) await this.#expectKept(turns, known)
    }
    return true
  }

  /** Compares the record with the known values. No call may be in flight, and all reads must be settled. */
  async judgeRecords(): Promise<void> {
    for (const journal of this.#journals) {
      const past = this.#pasts.get(journal.id)
      if (past === undefined || past.isOvertaken) continue
      const entries = await collect(journal.store.entries())
      judgeRecord(entries, journal.keepsAll ? past.start : undefined, this.#state)
      const reverse = await collect(journal.store.entries({ reverse: true }))
      this.#hold('a record reads the same backward', same(entries, reverse.reverse()), () => journal.id)
    }
  }

  /** Undoes everything on record, and redoes it. */
  async rewind(): Promise<void> {
    const [journal] = this.#journals.filter(({ id, keepsAll }) => {
      return keepsAll && this.#pasts.get(id)?.isOvertaken === false
    })
    const past = journal && this.#pasts.get(journal.id)
    if (journal === undefined || past === undefined) return
    await this.#inspect()
    this.#caller.log.push('rewind')
    const end = settled(this.#state)
    const entries = await pagedEntries(journal.store, true)
    // Each time there are twice as many.
    if (entries.length > 120) return
    const undone = await this.#all(journal, 'undo', entries, BEGINNING)
    if (undone === undefined) return
    this.#expectState(BEGINNING, past.start)
    await this.#inspect()
    const isMade = entries.every(({ changes }) => changes.every(({ state }) => state === 'made'))
    const latest = entries[0]?.sequence ?? 0
    const made =
      isMade && this.#random.chance(0.5)
        ? await this.#all(journal, 'redo', await pagedEntries(journal.store, false, latest), END)
        : await this.#all(journal, 'undo', undone.toReversed(), END)
    if (made === undefined) return
    this.#expectState(END, end)
    await this.#inspect()
  }

  /** Closes the stack by `close`, and replays each of its logs. The contents of the stack must be known. */
  async replayAfter(close: () => Promise<void>, isFresh: boolean): Promise<void> {
    const { journals } = this.#caller.stack
    const end = settled(this.#state)
    const pasts = new Map(this.#pasts)
    await close()
    for (const journal of journals) {
      const past = pasts.get(journal.id)
      // The first state of a journal deep in a stack is known only if it was empty.
      const start =
        past?.start ??
        (this.#fromNothing.has(journal.id) && (isFresh || journal.isLasting)
          ? new Map<string, number>()
          : undefined)
      if (!journal.keepsAll || start === undefined || past?.isOvertaken === true) continue
      const log = await journal.openLog()
      try {
        const isMerging = hasKind(journal.node, 'lowercase')
        const { ledger } = this.#state
        await judgeReplay(log, { start, end: past && end, isMerging, ledger })
      } finally {
        await log.close()
      }
    }
  }

  /** The resulting entries in order; `undefined` if one was refused for an expected reason. */
  async #all(
    journal: StackJournal,
    action: 'undo' | 'redo',
    entries: readonly JournalEntry[],
    invariant: string,
  ): Promise<readonly JournalEntry[] | undefined> {
    const own: JournalEntry[] = []
    for (const entry of entries) {
      const { failed, made } = await this.#apply(journal, action, entry, true)
      const isExcused = failed === 'UNSUPPORTED' || this.#caller.excuses(undefined, false).hasPlainFiles
      this.#hold(invariant, failed === undefined || isExcused, () => `${entry.sequence}: ${failed}`)
      if (failed !== undefined) return undefined
      if (made !== undefined) own.push(await this.#calls.entry(journal, made))
    }
    return own
  }

  async #apply(
    journal: StackJournal,
    action: 'undo' | 'redo',
    entry: JournalEntry,
    isCalm: boolean,
  ): Promise<Undone> {
    const outcome = await this.#calls.apply(journal, action, entry, isCalm)
    this.#overtake(journal)
    return outcome
  }

  /** The values that an undo moves away from its key, as far as they are known. */
  #known(turns: readonly Turn[]): readonly number[] {
    return turns.flatMap(({ key, from = 0 }) => {
      const held = [...this.#state.of(key)]
      return from !== 0 && held.length === 1 && held[0] === from
        ? turns.flatMap(({ to }) => (to === from ? from : []))
        : []
    })
  }

  /** A failed undo of a rename has left the value under one of its names. */
  async #expectKept(turns: readonly Turn[], moving: readonly number[]): Promise<void> {
    const keys = turns.map(({ key }) => key)
    for (const serial of moving)
      await this.#caller.expectKept('an undo that fails loses nothing', serial, keys)
  }

  /** Journals above one that undid something have no record of that. */
  #overtake(journal: StackJournal): void {
    for (const { id } of this.#journals) {
      if (id === journal.id) return
      const past = this.#pasts.get(id)
      if (past !== undefined) past.isOvertaken = true
    }
  }

  #expectState(invariant: string, expected: Settled): void {
    const differing = differences(settled(this.#state), expected)
    this.#hold(invariant, differing === '', () => differing)
  }

  #hold(invariant: string, isHeld: boolean, detail: () => string): void {
    this.#state.ledger.hold(invariant, isHeld, detail)
  }
}

function same(one: readonly JournalEntry[], other: readonly JournalEntry[]): boolean {
  return one.map(({ sequence }) => sequence).join(' ') === other.map(({ sequence }) => sequence).join(' ')
}
