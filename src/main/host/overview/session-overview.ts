import { orAbort } from '../../../core/concurrency/abortable.ts'
import type { StoreStats } from '../../../core/datastore.ts'
import { DatastoreError } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import type { Overview } from '../../../shared/procedures/overview.ts'
import {
  changedLast,
  type Facts,
  factsOf,
  type OverviewedSession as Looked,
  MAX_CHANGED,
  OVERVIEW_LIMITS,
  type OverviewLimits,
  OverviewRound,
} from './overview-round.ts'

/** The parts of a session that are needed. */
interface OverviewedSession extends Looked {
  readonly id: string
  /** Fires when the session closes. */
  readonly closing: AbortSignal
  readonly info: { readonly status: { readonly indexing?: unknown } }
  /** Makes the session report changes by others on a level to this object. */
  follow(level: Key): void
  /** Makes pages request the figures of the session again. */
  reportStatus(): void
}

/** Milliseconds between two reports of keys that are being counted. */
const PROGRESS = 200

/** The pause between two rounds: at least `time` milliseconds, and `times` the duration of the round before. */
const PAUSE = { time: 500, times: 5 }

/** Milliseconds for which the work continues after the last request of a page. */
const IDLE = 5_000

/** The maximum number of changed keys that are remembered besides the sample. */
const MAX_TOUCHED = 100

/**
 * What a session holds, for its first page. Works in rounds while a page requests reports. After a change another round
 * follows, and the result of the round before is shown until the new round has ended.
 */
export class SessionOverview {
  readonly #session: OverviewedSession
  readonly #limits: OverviewLimits
  #report: Overview = NOTHING_YET
  #failure: { readonly error: unknown } | undefined
  /** Opens when there is a newer report. */
  #changed = gate()
  /** Opens when there is work to do. */
  #due = gate()
  #running: Promise<void> | undefined
  #stop = new AbortController()
  #askers = 0
  #idle: NodeJS.Timeout | undefined
  #isStale = true
  #hasEnded = false
  readonly #facts = new Map<string, Facts>()
  /** Keys that were changed recently: their facts, or the key while its facts are unknown. */
  readonly #touched = new Map<string, Facts | Key>()
  #nextRound = 0
  /** The exact totals that the store reported; absent once a key has changed. */
  #totals: { readonly keys: number; readonly bytes: number | undefined } | undefined
  /** The number of changes that were noted. */
  #changes = 0
  /** The number of keys that the last round counted. Kept while no page asks; absent once a key has changed. */
  #counted: number | undefined
  /** The number of keys last reported to pages, or `rough` if it was not exact; absent if no page has asked. */
  #reported: number | 'rough' | undefined

  constructor(session: OverviewedSession, limits: OverviewLimits = OVERVIEW_LIMITS) {
    this.#session = session
    this.#limits = limits
    session.closing.addEventListener('abort', () => this.#end())
  }

  /**
   * Resolves once there is a report with a version other than `version`.
   * @throws The failure of the store.
   */
  async next(version: number | undefined, signal: AbortSignal): Promise<Overview> {
    this.#askers++
    clearTimeout(this.#idle)
    try {
      for (;;) {
        if (this.#session.closing.aborted) throw closed(this.#session.id)
        const failure = this.#failure
        if (failure !== undefined) {
          this.#failure = undefined
          throw failure.error
        }
        this.#running ??= this.#run()
        if (this.#report.version !== version) return this.#report
        await orAbort(this.#changed.promise, signal, 'get an overview of the store')
      }
    } finally {
      this.#askers--
      if (this.#askers === 0) {
        this.#idle = setTimeout(() => this.#end(), IDLE)
        this.#idle.unref()
      }
    }
  }

  /** The size of the store. If the store has no exact count, that of the last round, unless a key changed since. */
  async stats(signal: AbortSignal): Promise<StoreStats> {
    const changes = this.#changes
    const stats = await this.#session.store.stats({ signal })
    if (stats.accuracy === 'exact' && stats.entries !== undefined && changes === this.#changes) {
      this.#totals = { keys: stats.entries, bytes: stats.bytes }
      if (!this.#hasEnded) this.#publish(this.#report)
    }
    return this.exactly(stats)
  }

  /**
   * @param stats The size of the store, or of a backend that has the same keys.
   * @returns `stats`; if it is approximate, the number of keys that the last round counted, unless a key changed since.
   */
  exactly(stats: StoreStats): StoreStats {
    const isExact = stats.accuracy === 'exact'
    this.#reported = (isExact ? stats.entries : this.#counted) ?? 'rough'
    return isExact || this.#counted === undefined ? stats : { entries: this.#counted, accuracy: 'exact' }
  }

  /** Call when a value was put or deleted. */
  note(key: Key): void {
    this.#noteChange()
    if (this.#running === undefined) return
    const name = key.toString()
    this.#facts.delete(name)
    this.#touched.delete(name)
    this.#touched.set(name, key)
    const [oldest] = this.#touched.keys()
    if (this.#touched.size > MAX_TOUCHED && oldest !== undefined) this.#touched.delete(oldest)
    this.#noteStale()
  }

  /** Call when anything may have changed. */
  noteAll(): void {
    this.#noteChange()
    this.restart()
  }

  /** Starts another round if a page requests reports. The known number of keys is kept until the round has counted. */
  restart(): void {
    if (this.#running === undefined) return
    this.#facts.clear()
    this.#noteStale()
  }

  #noteChange(): void {
    this.#changes++
    this.#totals = undefined
    this.#counted = undefined
  }

  #noteStale(): void {
    this.#isStale = true
    this.#due.open()
  }

  /** Works until no page has requested a report for a while. */
  async #run(): Promise<void> {
    this.#stop = new AbortController()
    const { signal } = this.#stop
    try {
      while (!signal.aborted) {
        await this.#readTouched(signal)
        if (this.#isStale && performance.now() >= this.#nextRound) await this.#round(signal)
        else await this.#wait()
      }
    } catch (error) {
      if (!signal.aborted) {
        this.#failure = { error }
      }
    } finally {
      // The next run starts from the beginning. Until its first round has ended, the last report is shown.
      this.#facts.clear()
      this.#touched.clear()
      this.#isStale = true
      this.#nextRound = 0
      this.#running = undefined
      this.#wake()
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const began = performance.now()
    this.#isStale = false
    const changes = this.#changes
    const round = new OverviewRound(this.#session, this.#facts, this.#limits)
    const isFirst = !this.#hasEnded
    let lastReport = began
    await round.count(signal, () => {
      if (!isFirst || performance.now() - lastReport < PROGRESS) return
      lastReport = performance.now()
      this.#publish(round.report('counting'))
    })
    if (isFirst) this.#publish(round.report('measuring'))
    const isIndexing = this.#session.info.status.indexing !== undefined
    if (changes === this.#changes && !isIndexing) this.#counted = round.keys
    // So that no page shows another number than this round.
    if (this.#reported !== undefined && this.#counted !== undefined && this.#reported !== this.#counted)
      this.#session.reportStatus()
    await round.measure(signal)
    if (isFirst) this.#publish(round.report('measuring'))
    await round.type(signal)
    this.#hasEnded = true
    this.#publish(this.#withTouched(round.report('done')))
    this.#nextRound = performance.now() + Math.max(PAUSE.time, PAUSE.times * (performance.now() - began))
    this.#followShown()
  }

  /** Reads the facts of changed keys immediately, so that the report need not wait for a round over a large store. */
  async #readTouched(signal: AbortSignal): Promise<void> {
    let isChanged = false
    for (const [name, known] of [...this.#touched]) {
      if ('size' in known) continue
      const facts = await factsOf(this.#session, known, signal)
      if (this.#touched.get(name) !== known) continue
      if (facts === undefined) this.#touched.delete(name)
      else this.#touched.set(name, facts)
      isChanged = true
    }
    if (isChanged && this.#hasEnded) this.#publish(this.#withTouched(this.#report))
  }

  #withTouched<Report extends Omit<Overview, 'version'>>(report: Report): Report {
    const touched = [...this.#touched.values()].filter(facts => 'size' in facts)
    if (touched.length === 0 || report.hasTimes === false) return report
    const known = new Map<string, Facts>()
    for (const facts of this.#facts.values()) known.set(facts.key.toString(), facts)
    for (const facts of touched) known.set(facts.key.toString(), facts)
    return { ...report, changed: changedLast(known.values()) }
  }

  /** Makes the session report changes in the branches that are shown. */
  #followShown(): void {
    const { branches, changed } = this.#report
    this.#session.follow(Key.root)
    for (const { key } of branches) this.#session.follow(Key.parse(key))
    for (const { key } of changed.slice(0, MAX_CHANGED)) this.#session.follow(Key.parse(key).parent)
  }

  #publish(found: Omit<Overview, 'version'>): void {
    const { indexing } = this.#session.info.status
    const own = { ...found, isCounted: found.isCounted && indexing === undefined }
    const report = found.state === 'done' ? own : { ...own, ...this.#known }
    const { version } = this.#report
    if (JSON.stringify({ ...report, version }) === JSON.stringify({ ...this.#report, version })) return
    this.#report = { ...report, version: version + 1 }
    this.#wake()
  }

  /** The parts of a report that the store has reported exactly. */
  get #known(): Partial<Overview> {
    if (this.#totals === undefined) return {}
    const { keys, bytes } = this.#totals
    return { keys, isCounted: true, ...(bytes !== undefined && { bytes, areBytesExact: true }) }
  }

  #wake(): void {
    this.#changed.open()
    this.#changed = gate()
  }

  /** Waits until something has changed, or it is time for the next round. */
  async #wait(): Promise<void> {
    const timer = this.#isStale
      ? setTimeout(this.#due.open, Math.max(1, this.#nextRound - performance.now()))
      : undefined
    await this.#due.promise
    clearTimeout(timer)
    this.#due = gate()
  }

  #end(): void {
    clearTimeout(this.#idle)
    this.#stop.abort()
    this.#due.open()
    this.#wake()
  }
}

const NOTHING_YET: Overview = {
  version: 0,
  state: 'counting',
  keys: 0,
  isCounted: false,
  areBytesExact: false,
  level: '/',
  branches: [],
  otherBranches: 0,
  looseKeys: 0,
  kinds: [],
  areKindsRead: false,
  changed: [],
  measured: 0,
  typed: 0,
}

function closed(session: string): DatastoreError {
  return new DatastoreError('CLOSED', `Cannot get an overview of session ${session}: it is closed`)
}

/** A promise that is resolved from outside. */
function gate(): { readonly promise: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined
  const promise = new Promise<void>(resolve => {
    open = resolve
  })
  return { promise, open }
}
