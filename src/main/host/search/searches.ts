import { orAbort } from '../../../core/concurrency/abortable.ts'
import { DatastoreError } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import { KeySearch as Search } from '../../../core/key-index/search/key-search.ts'
import type { NameSearch } from '../../../core/key-index/search/searchable-keys.ts'
import type { KeySearch, SearchReport } from '../../../shared/procedures/search.ts'
import { BadInputError } from '../calls/describe-failure.ts'
import { OpenTransfers, type Transfer, TransferLife } from '../transfers/open-transfers.ts'
import type { KeyReport, SessionKeys } from './session-keys.ts'

const MAX_SEARCHES = 16

/** Milliseconds that a search may be idle. */
const IDLE_LIMIT = 60_000

/** The parts of a session that are needed. */
interface SearchedSession {
  readonly keys: SessionKeys
  readonly closing: AbortSignal
}

/** The searches of one page. */
export class Searches {
  readonly #open = new OpenTransfers<PulledSearch>('search', MAX_SEARCHES)
  readonly #idleLimit: number

  constructor(idleLimit = IDLE_LIMIT) {
    this.#idleLimit = idleLimit
  }

  /** @throws BadInputError for an invalid pattern, or one that cannot be matched in linear time. */
  async open({ keys, closing }: SearchedSession, asked: KeySearch): Promise<string> {
    const { under, ...rest } = asked
    const search = { ...rest, under: under === undefined ? undefined : Key.parse(under) }
    refuseWrong(search)
    const { id } = await this.#open.add(async () => new PulledSearch(keys, search, closing, this.#idleLimit))
    return id
  }

  async next(search: string, signal: AbortSignal): Promise<SearchReport> {
    try {
      const report = await this.#open.get(search).next(signal)
      if (report.isLast) await this.close(search)
      return report
    } catch (error) {
      if (!signal.aborted) await this.close(search)
      throw error
    }
  }

  /** Ends a search. A search that has already ended is accepted. */
  async close(search: string): Promise<void> {
    await this.#open.remove(search)?.end()
  }

  endAll(): Promise<void> {
    return this.#open.endAll()
  }
}

/** A search whose last report is kept until it is pulled. */
class PulledSearch implements Transfer {
  readonly #life: TransferLife
  readonly #running: Promise<void>
  #latest: KeyReport | undefined
  #failure: { readonly error: unknown } | undefined
  /** The keys of the last report. */
  #reported: readonly Key[] | undefined
  #wake: () => void = () => undefined

  constructor(keys: SessionKeys, search: NameSearch, closing: AbortSignal, idleLimit: number) {
    this.#life = new TransferLife(closing, idleLimit, () => void this.end())
    this.#running = this.#run(keys, search)
  }

  get isEnded(): boolean {
    return this.#life.isOver
  }

  /** The latest report, or the next one. */
  async next(signal: AbortSignal): Promise<SearchReport> {
    this.#life.use()
    for (;;) {
      const report = this.#latest
      if (report !== undefined) {
        this.#latest = undefined
        return this.#reportOf(report)
      }
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.isEnded) throw new DatastoreError('CLOSED', 'Cannot continue the search: it was ended')
      await orAbort(new Promise<void>(resolve => (this.#wake = resolve)), signal, 'search')
    }
  }

  /** Leaves out the keys if they are those of the last report. */
  #reportOf({ keys, ...report }: KeyReport): SearchReport {
    const isChanged = this.#reported === undefined || !isSame(this.#reported, keys)
    if (!isChanged) return report
    this.#reported = [...keys]
    return { ...report, keys: keys.map(String) }
  }

  async end(): Promise<void> {
    this.#life.finish()
    await this.#running
    this.#wake()
  }

  async #run(keys: SessionKeys, search: NameSearch): Promise<void> {
    try {
      for await (const report of keys.search(search, this.#life.signal)) {
        this.#latest = report
        this.#wake()
      }
    } catch (error) {
      if (!this.isEnded) this.#failure = { error }
    }
    this.#wake()
  }
}

function isSame(a: readonly Key[], b: readonly Key[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index])
}

function refuseWrong(search: NameSearch): void {
  try {
    new Search([], { ...search, under: undefined })
  } catch (error) {
    if (error instanceof TypeError) throw new BadInputError(error.message)
    throw error
  }
}
