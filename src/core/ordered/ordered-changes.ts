import { ChangeHub } from '../changes/change-hub.ts'
import type { Change } from '../datastore.ts'
import { Key } from '../key.ts'
import type { Maybe } from '../open/call.ts'
import type { OrderedDriver } from './driver.ts'
import type { Layout } from './layout.ts'
import type { Expiries } from './strata/expiries.ts'

/**
 * Changes of an ordered store: its own, and those that the engine reports. Passes them to watchers, and to the layout,
 * which invalidates its caches.
 */
export class OrderedChanges {
  readonly #driver: OrderedDriver
  readonly #layout: Layout
  readonly #expiries: Expiries | undefined
  readonly #hub = new ChangeHub()
  #stop: (() => void) | undefined

  constructor(driver: OrderedDriver, layout: Layout, expiries: Expiries | undefined) {
    this.#driver = driver
    this.#layout = layout
    this.#expiries = expiries
    const hasCache = layout.reset !== undefined || expiries !== undefined
    if (hasCache && !driver.capabilities.shared) this.#listen()
  }

  watch(prefix: Key, signal: AbortSignal | undefined): AsyncIterable<Change> {
    this.#listen()
    return this.#hub.watch(prefix, { signal }, () => undefined)
  }

  #listen(): void {
    this.#stop ??= this.#driver.changes?.(change => {
      if (change === 'resync') {
        this.emitResync(Key.root)
        return
      }
      this.#expiries?.noticed(change.key)
      const key = this.#layout.decode(change.key)
      if (key !== undefined) this.emit(change.isThere ? 'put' : 'delete', key)
    })
  }

  emit(type: 'put' | 'delete', key: Key): void {
    this.#layout.wrote?.(key)
    if (this.#hub.hasWatchers) this.#hub.emit({ type, key })
  }

  /** Anything at or below `key` may have changed. */
  emitResync(key: Key): void {
    this.#layout.reset?.()
    this.#hub.emit({ type: 'resync', key })
  }

  /**
   * Reports a write once it has taken effect, or may have.
   * @param isDone Whether an answer means that the write has taken effect.
   */
  after<T>(type: 'put' | 'delete', key: Key, answer: Maybe<T>, isDone: (answer: T) => boolean): Maybe<T> {
    const report = (one: T): T => {
      if (isDone(one)) this.emit(type, key)
      return one
    }
    if (!(answer instanceof Promise)) return report(answer)
    return answer.then(report, (error: unknown) => this.afterFailure(key, error))
  }

  /** A write that failed may have taken effect. */
  afterFailure(key: Key, error: unknown): never {
    this.emitResync(key)
    throw error
  }

  close(): void {
    this.#hub.close()
    this.#stop?.()
  }
}
