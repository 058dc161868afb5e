import type { StatValue } from '../../../../shared/values.ts'
import type { Client } from '../../../api/client.ts'
import { failureOf, hasFailed } from './call-failure.ts'
import { hasSomethingToPut, judge, NEW_VALUE } from './document-state.ts'
import type { EditorSlot } from './editor-slot.ts'
import {
  LOAD_ALL_LIMIT,
  readHead,
  readWhole,
  type ValueAddress,
  type Version,
  WHOLE_LIMIT,
} from './read-value.ts'
import type { ValueState } from './value-state.ts'

/** Brings a value into the window, and again whenever somebody else changed it. */
export class ValueLoader {
  readonly #client: Client
  readonly #address: ValueAddress
  readonly #state: ValueState
  readonly #slot: EditorSlot
  #running = new AbortController()

  constructor(client: Client, address: ValueAddress, state: ValueState, slot: EditorSlot) {
    this.#client = client
    this.#address = address
    this.#state = state
    this.#slot = slot
  }

  /** Shows the value as the store has it now, whatever was here before. */
  async load(): Promise<void> {
    await this.#read(() => true)
  }

  /** Compares with the store: reloads where nothing is lost by it, else raises a conflict. */
  async look(): Promise<void> {
    try {
      const theirs = await this.stat()
      const verdict = judge(this.#state.document, theirs)
      if (verdict === 'conflict') this.#state.dispatch({ type: 'seen', theirs })
      if (verdict === 'reload') await this.#read(() => !hasSomethingToPut(this.#state.document))
      if (verdict === 'same') this.#endConflict(theirs)
    } catch (error) {
      this.#state.dispatch({ type: 'failed', failure: failureOf(error) })
    }
  }

  /** @returns `undefined` when there is no such key. */
  async stat(): Promise<StatValue | undefined> {
    try {
      return await this.#client.call('store.stat', this.#address)
    } catch (error) {
      if (hasFailed(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }

  /** Makes `version` the base; edits are gone. */
  take(version: Version): void {
    this.#slot.rebase(version.bytes)
    this.#state.dispatch({ type: 'loaded', base: version })
  }

  stop(): void {
    this.#running.abort()
  }

  /** @param mayTake Asked when the bytes have come: somebody may have typed meanwhile. */
  async #read(mayTake: () => boolean): Promise<void> {
    this.#running.abort()
    const { signal } = (this.#running = new AbortController())
    try {
      const version = await this.#readVersion(signal)
      if (signal.aborted) return
      if (mayTake()) this.take(version)
      else this.#state.dispatch({ type: 'seen', theirs: version.stat })
    } catch (error) {
      if (signal.aborted) return
      this.#failed(error, mayTake())
    }
  }

  /** A value that was loaded as a whole although it is large is so again. */
  async #readVersion(signal: AbortSignal): Promise<Version> {
    const { base } = this.#state
    const wasLoadedAll = base.isWhole && base.bytes.length > WHOLE_LIMIT
    const head = await readHead(this.#client, this.#address, signal)
    if (head.isWhole || !wasLoadedAll || (head.stat?.size ?? 0) > LOAD_ALL_LIMIT) return head
    return readWhole(this.#client, this.#address, signal, () => undefined)
  }

  /** Edits stay where nothing came in their place; with the value itself gone they may go. */
  #failed(error: unknown, mayTake: boolean): void {
    const isGone = mayTake && hasFailed(error, 'NOT_FOUND')
    if (isGone) this.#slot.rebase(NEW_VALUE.bytes)
    const keepsEdits = !isGone && hasSomethingToPut(this.#state.document)
    this.#state.dispatch({ type: keepsEdits ? 'failed' : 'loadFailed', failure: failureOf(error) })
  }

  /** The value may be again what it was when the edits began. */
  #endConflict(theirs: StatValue | undefined): void {
    const { document } = this.#state
    if (document.phase === 'open' && document.conflict !== undefined) {
      this.#state.dispatch({ type: 'seen', theirs })
    }
  }
}
