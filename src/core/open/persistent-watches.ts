import type { Change } from '../datastore.ts'
import type { Key } from '../key.ts'
import { type Call, Cancel } from './call.ts'

/** The watches of one open store. They continue when its store is replaced. */
export class PersistentWatches {
  readonly #subscriptions = new Set<Cancel>()

  /** Makes every watch subscribe again. */
  renew(): void {
    for (const subscription of this.#subscriptions) subscription.abort()
  }

  /**
   * Changes from the first pull on. After each new subscription, one `resync` stands for changes that may have been
   * missed.
   * @param subscribe Returns `undefined` once there is nothing to watch any more.
   */
  async *watch(
    prefix: Key,
    call: Call,
    subscribe: (call: Call) => AsyncIterable<Change> | undefined,
  ): AsyncIterable<Change> {
    for (let isAgain = false; ; isAgain = true) {
      const renewed = Cancel.under(call.cancel)
      const changes = subscribe(call.under(renewed))?.[Symbol.asyncIterator]()
      if (changes === undefined) return
      this.#subscriptions.add(renewed)
      try {
        // Subscribed before the consumer gets `resync`, so that no change is missed in between.
        let step = changes.next()
        step.catch(() => undefined)
        if (isAgain) yield { type: 'resync', key: prefix }
        for (;;) {
          const result = await step
          if (result.done === true && !renewed.isAborted) return
          if (result.done === true) break
          yield result.value
          step = changes.next()
        }
      } catch (error) {
        if (call.cancel?.isAborted === true || !renewed.isAborted) throw error
      } finally {
        this.#subscriptions.delete(renewed)
        // Ends the pending pull first: a generator does not handle `return` while it waits.
        renewed.abort()
        renewed.release()
        void changes.return?.().catch(() => undefined)
      }
    }
  }
}
