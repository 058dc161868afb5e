import type { PutResult } from '../../../src/core/datastore.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'

/** A store whose calls don't settle until it is released. It ignores signals. */
export class HangingStore extends MemoryDatastore {
  calls = 0
  readonly signals: AbortSignal[] = []
  #release: () => void = () => undefined
  readonly #released = new Promise<void>(resolve => {
    this.#release = resolve
  })

  release(): void {
    this.#release()
  }

  override get = (...[key]: Parameters<MemoryDatastore['get']>) => this.#hang(() => super.get(key))
  override has = (...[key]: Parameters<MemoryDatastore['has']>) => this.#hang(() => super.has(key))
  override stats = () => this.#hang(() => super.stats())
  override list = (...[prefix, options]: Parameters<MemoryDatastore['list']>) =>
    this.#hang(() => super.list(prefix, { ...options, signal: undefined }))

  override stat = (...[key, options]: Parameters<MemoryDatastore['stat']>) => {
    if (options?.signal !== undefined) this.signals.push(options.signal)
    return this.#hang(() => super.stat(key))
  }

  override put = (...[key, value, options]: Parameters<MemoryDatastore['put']>): Promise<PutResult> => {
    if (options?.signal !== undefined) this.signals.push(options.signal)
    return this.#hang(() => super.put(key, value))
  }

  async #hang<T>(work: () => Promise<T>): Promise<T> {
    this.calls++
    await this.#released
    return work()
  }
}
