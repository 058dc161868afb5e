import { WriteLog } from '../../concurrency/write-log.ts'
import type { Key } from '../../key.ts'

/**
 * The copies that reads make into upper tiers, in the background. A copy never overtakes a write: it is dropped
 * when its key was written since the read began, and a write waits for the copy that is under way.
 */
export class TierFills {
  readonly #log = new WriteLog()
  readonly #running = new Map<string, Promise<void>>()

  /** What a read remembers before it begins. */
  moment(): number {
    return this.#log.now()
  }

  /** Runs `copy` unless the key was written since `moment` or is being filled already. */
  start(key: Key, moment: number, copy: () => Promise<void>): void {
    const text = key.toString()
    if (this.#log.wasWrittenSince(key, moment) || this.#running.has(text)) return
    const run = copy().finally(() => this.#running.delete(text))
    this.#running.set(text, run)
  }

  /** Called as a write begins: reads that began before it fill nothing, and a copy under way has ended. */
  async giveWay(keys: readonly Key[]): Promise<void> {
    for (const key of keys) this.#log.note(key)
    if (this.#running.size === 0) return
    await Promise.all(keys.map(async key => this.#running.get(key.toString())))
  }

  /** Resolves once no copy is under way. */
  async drain(): Promise<void> {
    await Promise.all(this.#running.values())
  }
}
