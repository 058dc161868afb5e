import { orAbort } from '../../../core/concurrency/abortable.ts'
import { withinTime } from '../../../core/concurrency/within-time.ts'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import type { SearchProgress } from '../../../core/key-index/search/key-search.ts'
import type { NameSearch, SearchableKeys } from '../../../core/key-index/search/searchable-keys.ts'
import { NameIndex, packKeys } from '../../../core/node/indexed/name-index.ts'
import { yieldWhileBusy } from './yield-while-busy.ts'

/** Keys that are added to the index at once. */
const BATCH = 1000

/**
 * An index of all keys of a store, filled in the background. Changes are applied while it is being filled, and
 * afterwards.
 */
export class KeyFill implements SearchableKeys {
  readonly #index = new NameIndex()
  /** Settles when the index has every key, or filling it has failed. */
  readonly done: Promise<void>
  #time = Infinity
  readonly #began = performance.now()
  readonly #end = new AbortController()
  #searches = 0
  #isRetired = false
  #hasFailed = false
  /** The last change of each key since filling began, because a key that was listed earlier may be added after it. */
  #changes: Map<string, { readonly key: Key; readonly isThere: boolean }> | undefined = new Map()

  /** @param isBusy Whether a call is waiting for the store; then the keys are read more slowly. */
  constructor(store: BinaryDatastore, isBusy: () => boolean) {
    this.done = this.#fill(store, isBusy)
    this.done.catch(() => {
      this.#hasFailed = true
    })
  }

  /** Whether filling has failed. */
  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /** The time that filling took, in milliseconds. */
  get time(): number {
    return this.#time
  }

  /** Milliseconds since filling began. */
  get age(): number {
    return performance.now() - this.#began
  }

  get isComplete(): boolean {
    return this.#changes === undefined
  }

  note(key: Key, isThere: boolean): void {
    this.#index.changed(key, isThere)
    this.#changes?.set(key.toString(), { key, isThere })
  }

  async grown(limit: number, signal: AbortSignal): Promise<void> {
    await orAbort(withinTime(this.done, limit), signal, 'search')
  }

  search(search: NameSearch, signal?: AbortSignal): AsyncIterable<SearchProgress> {
    return this.#index.search(search, signal)
  }

  /**
   * Searches begin.
   * @returns A function that ends them.
   */
  enter(): () => void {
    this.#searches++
    return () => {
      this.#searches--
      this.#closeOnceLeft()
    }
  }

  /** Closes the index once no search uses it. */
  retire(): void {
    this.#isRetired = true
    this.#end.abort()
    this.#closeOnceLeft()
  }

  #closeOnceLeft(): void {
    if (this.#isRetired && this.#searches === 0) void this.#close()
  }

  async #close(): Promise<void> {
    await this.done.catch(() => undefined)
    await this.#index.close()
  }

  async #fill(store: BinaryDatastore, isBusy: () => boolean): Promise<void> {
    const { signal } = this.#end
    let batch: Key[] = []
    for await (const { key } of store.query({ keysOnly: true }, { scan: true, signal })) {
      batch.push(key)
      if (batch.length < BATCH) continue
      await this.#index.add(packKeys(batch))
      batch = []
      if (isBusy()) await yieldWhileBusy(isBusy, signal)
    }
    await this.#index.add(packKeys(batch))
    for (const { key, isThere } of this.#changes?.values() ?? []) this.#index.changed(key, isThere)
    this.#changes = undefined
    await this.#index.filled()
    this.#time = this.age
  }
}
