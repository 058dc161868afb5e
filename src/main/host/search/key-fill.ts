import { setImmediate } from 'node:timers/promises'
import { orAbort } from '../../../core/concurrency/abortable.ts'
import { withinTime } from '../../../core/concurrency/within-time.ts'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import { NameIndex, packKeys } from '../../../core/node/indexed/name-index.ts'

/** Keys that go to the index together. */
const BATCH = 1000

/** Milliseconds for which a batch gives way at most. */
const WAY = 100

/** An index of all keys of a store, from when it is begun. Changes are noted while it is filled, and afterwards. */
export class KeyFill {
  readonly index = new NameIndex()
  /** Settles when the index has every key, or never will. */
  readonly done: Promise<void>
  #time = Infinity
  readonly #began = performance.now()
  readonly #end = new AbortController()
  #searches = 0
  #isRetired = false
  #hasFailed = false
  /** The last change of each key since it was begun: what was listed before may be added after it. */
  #changes: Map<string, { readonly key: Key; readonly isThere: boolean }> | undefined = new Map()

  /** @param isBusy Whether somebody waits for the store: then the keys are read more slowly. */
  constructor(store: BinaryDatastore, isBusy: () => boolean) {
    this.done = this.#fill(store, isBusy)
    this.done.catch(() => {
      this.#hasFailed = true
    })
  }

  /** Whether it will never have every key. */
  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /** Milliseconds that it took to be filled. */
  get time(): number {
    return this.#time
  }

  /** Milliseconds since it was begun. */
  get age(): number {
    return performance.now() - this.#began
  }

  get isDone(): boolean {
    return this.#changes === undefined
  }

  note(key: Key, isThere: boolean): void {
    this.index.changed(key, isThere)
    this.#changes?.set(key.toString(), { key, isThere })
  }

  /** Resolves when more keys are there: after `limit` milliseconds, or when all are. @throws why it was not filled. */
  async grown(limit: number, signal: AbortSignal): Promise<void> {
    await orAbort(withinTime(this.done, limit), signal, 'search')
  }

  /** A search begins. @returns Ends it. */
  enter(): () => void {
    this.#searches++
    return () => {
      this.#searches--
      this.#closeOnceLeft()
    }
  }

  /** Closes it once no search goes over it. */
  retire(): void {
    this.#isRetired = true
    this.#end.abort()
    this.#closeOnceLeft()
  }

  #closeOnceLeft(): void {
    if (this.#isRetired && this.#searches === 0) void this.#close()
  }

  /** Lets others have the store for a while: else each of their reads would wait until this one has had a turn. */
  async #giveWay(isBusy: () => boolean): Promise<void> {
    const end = performance.now() + WAY
    while (isBusy() && performance.now() < end && !this.#end.signal.aborted) await setImmediate()
  }

  async #close(): Promise<void> {
    await this.done.catch(() => undefined)
    await this.index.close()
  }

  async #fill(store: BinaryDatastore, isBusy: () => boolean): Promise<void> {
    const { signal } = this.#end
    let batch: Key[] = []
    for await (const { key } of store.query({ keysOnly: true }, { scan: true, signal })) {
      batch.push(key)
      if (batch.length < BATCH) continue
      await this.index.add(packKeys(batch))
      batch = []
      if (isBusy()) await this.#giveWay(isBusy)
    }
    await this.index.add(packKeys(batch))
    for (const { key, isThere } of this.#changes?.values() ?? []) this.index.changed(key, isThere)
    this.#changes = undefined
    await this.index.filled()
    this.#time = this.age
  }
}
