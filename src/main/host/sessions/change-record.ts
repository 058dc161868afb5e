import type { Stack } from '../../../core/stack/stack.ts'
import type { UnfinishedChange, UnfinishedChanges } from './unfinished-changes.ts'

/** The record of a change of one stack. It is kept while some keys may still be where the former document puts them. */
export class ChangeRecord {
  readonly #changes: UnfinishedChanges
  #name: string | undefined
  #change: UnfinishedChange | undefined
  #isMaking = false

  /** @param name The name of a change that an earlier process began and this one continues. */
  constructor(changes: UnfinishedChanges, name?: string, change?: UnfinishedChange) {
    this.#changes = changes
    this.#name = name
    this.#change = change
  }

  get isEmpty(): boolean {
    return this.#change === undefined
  }

  /**
   * Makes a change, which is recorded before it begins. Of several successive changes only the first `before` is kept.
   */
  async during(change: UnfinishedChange, make: () => Promise<unknown>): Promise<void> {
    const earlier = this.#change
    const { before = change.before, sources = [] } = earlier ?? {}
    this.#isMaking = true
    try {
      await this.#keep({ before, after: change.after, sources: [...sources, ...change.sources] })
      await make()
    } catch (error) {
      await (earlier === undefined ? this.#forget() : this.#keep(earlier))
      throw error
    } finally {
      this.#isMaking = false
    }
  }

  /** Removes the record, if every key is where the document of the stack puts it. */
  async endOnceSettled({ isSettled }: Stack): Promise<void> {
    if (isSettled && !this.#isMaking) await this.#forget()
  }

  async #keep(change: UnfinishedChange): Promise<void> {
    this.#change = change
    this.#name = await this.#changes.keep(change, this.#name)
  }

  async #forget(): Promise<void> {
    const name = this.#name
    this.#change = undefined
    this.#name = undefined
    if (name !== undefined) await this.#changes.forget(name)
  }
}
