import { Emitter } from '../../../core/concurrency/emitter.ts'
import { CallError, type Client } from '../../api/client.ts'
import { childKey } from './child-keys.ts'

/** Concurrent calls. */
const AT_ONCE = 6

/** The maximum number of cached stats. */
const MAX_STATS = 5000

/** What a row shows of its value next to its name. */
export interface ChildStat {
  readonly size: number
  readonly mtime: number | undefined
}

/** Reads the sizes and times of visible rows, which a listing does not include. */
export class ChildStats {
  readonly #client: Client
  readonly #session: string
  readonly #prefix: string
  readonly #changed = new Emitter()
  /** `undefined` for a stat that could not be read: it is not requested again. */
  readonly #stats = new Map<string, ChildStat | undefined>()
  readonly #running = new Map<string, AbortController>()
  #queue: string[] = []
  #revision = 0
  #isEmitPending = false

  constructor(client: Client, session: string, prefix: string) {
    this.#client = client
    this.#session = session
    this.#prefix = prefix
  }

  readonly getRevision = (): number => this.#revision

  readonly subscribe = this.#changed.subscribe

  /** Follows the values. @returns A function that stops. */
  start(): () => void {
    const unsubscribe = this.#client.on('valueChanged', ({ session, key }) => {
      const name = key.slice(key.lastIndexOf('/') + 1)
      if (session === this.#session && key === childKey(this.#prefix, name)) this.#forget(name)
    })
    return () => {
      unsubscribe()
      this.#queue = []
      for (const controller of this.#running.values()) controller.abort()
    }
  }

  statOf(name: string): ChildStat | undefined {
    return this.#stats.get(name)
  }

  /** Requests these stats. Earlier requests that are not running yet are dropped. */
  request(names: readonly string[]): void {
    this.#queue = names.filter(name => !this.#stats.has(name) && !this.#running.has(name))
    this.#pump()
  }

  #pump(): void {
    while (this.#running.size < AT_ONCE) {
      const name = this.#queue.shift()
      if (name === undefined) return
      const controller = new AbortController()
      this.#running.set(name, controller)
      void this.#learn(name, controller.signal)
    }
  }

  async #learn(name: string, signal: AbortSignal): Promise<void> {
    try {
      const at = { session: this.#session, key: childKey(this.#prefix, name) }
      const { size, mtime } = await this.#client.call('store.stat', at, { signal })
      if (!signal.aborted) this.#keep(name, { size, mtime })
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      // The row stays blank. Opening the key shows the problem.
      if (!signal.aborted) this.#keep(name, undefined)
    } finally {
      this.#running.delete(name)
      // Changed while it was being read: visible rows request it again.
      if (signal.aborted) this.#emitSoon()
      this.#pump()
    }
  }

  #keep(name: string, stat: ChildStat | undefined): void {
    this.#stats.set(name, stat)
    const oldest = this.#stats.keys().next()
    if (this.#stats.size > MAX_STATS && oldest.done === false) this.#stats.delete(oldest.value)
    this.#emitSoon()
  }

  #forget(name: string): void {
    this.#running.get(name)?.abort()
    if (this.#stats.delete(name)) this.#emitSoon()
  }

  /** Many answers arrive together, so one notification covers all of them. */
  #emitSoon(): void {
    if (this.#isEmitPending) return
    this.#isEmitPending = true
    setTimeout(() => {
      this.#isEmitPending = false
      this.#revision += 1
      this.#changed.emit()
    }, 10)
  }
}
