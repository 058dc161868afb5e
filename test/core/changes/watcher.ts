import type { Change, WatchOptions } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import type { Datastore } from '../../../src/core/open/datastore.ts'

const PATIENCE = 20_000

/** Watches a store, and waits for expected changes, at most `PATIENCE` milliseconds. */
export class Watcher {
  readonly seen: string[] = []
  readonly ended: Promise<unknown>
  readonly #iterator: AsyncIterator<Change>
  #wake: () => void = () => undefined

  constructor(
    store: Pick<Datastore<unknown>, 'watch'>,
    prefix = '/',
    options: AbortSignal | WatchOptions = {},
  ) {
    const given = options instanceof AbortSignal ? { signal: options } : options
    this.#iterator = store.watch(Key.parse(prefix), given)[Symbol.asyncIterator]()
    this.ended = this.#follow()
  }

  /**
   * Waits until `expected` (`put /a`) has been reported since the last call.
   * @returns All changes reported up to it.
   */
  async until(expected: string): Promise<string[]> {
    await this.#until(
      () => this.seen.includes(expected),
      () => expected,
    )
    return this.seen.splice(0, this.seen.indexOf(expected) + 1)
  }

  /** Waits until all of these have been reported, in any order and among others. */
  async all(expected: readonly string[]): Promise<string[]> {
    const missing = new Set(expected)
    let looked = 0
    await this.#until(
      () => {
        for (; looked < this.seen.length; looked++) missing.delete(this.seen[looked] ?? '')
        return missing.size === 0
      },
      () => `${missing.size} of ${expected.length}, as ${[...missing].slice(0, 5).join(', ')}`,
    )
    return this.seen.splice(0)
  }

  async stop(): Promise<void> {
    await this.#iterator.return?.()
  }

  async #follow(): Promise<unknown> {
    try {
      for (let next = await this.#iterator.next(); next.done !== true; next = await this.#iterator.next()) {
        this.seen.push(`${next.value.type} ${next.value.key.toString()}`)
        this.#wake()
      }
      return 'end'
    } catch (error) {
      return error
    } finally {
      this.#wake()
    }
  }

  async #until(isDone: () => boolean, what: () => string): Promise<void> {
    const limit = AbortSignal.timeout(PATIENCE)
    limit.addEventListener('abort', () => this.#wake())
    while (!isDone()) {
      if (limit.aborted) {
        const reported = `${this.seen.length} changes, as ${this.seen.slice(0, 10).join(', ')}`
        throw new Error(`Not reported within ${PATIENCE} ms: ${what()}; but ${reported}`)
      }
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }
}
