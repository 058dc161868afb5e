import type { BinaryDatastore, Change } from '../../../src/core/datastore.ts'
import { DatastoreError } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { soon } from '../soon.ts'
import type { PossibleState } from './possible-state.ts'
import { type Settled, settled } from './settled.ts'

/** Milliseconds within which a change must be reported, by default. */
const PATIENCE = 10_000
const LATEST = 'a watcher gets the last change'

/**
 * Watches the changes of a store from now on, and expects a report of every difference between two checks.
 */
export class Watcher {
  readonly #state: PossibleState
  readonly #patience: number
  /** The reported states of each key since the last check. */
  readonly #reported = new Map<string, Change['type']>()
  /** The value of each key at the last check. */
  #before: Settled
  #isResynced = false
  #wake: (() => void) | undefined
  #failure: unknown
  readonly #ended: Promise<void>

  /**
   * @param state Settled: the value of each key is known.
   * @param patience Milliseconds within which a change must be reported.
   */
  constructor(store: BinaryDatastore, state: PossibleState, patience = PATIENCE) {
    this.#state = state
    this.#patience = patience
    this.#before = settled(state)
    const changes = store.watch(Key.root)[Symbol.asyncIterator]()
    this.#ended = this.#follow(changes)
  }

  /** Expects a report, now or soon, for every key whose value differs from the last check. */
  async look(): Promise<void> {
    const now = settled(this.#state)
    const changed = [...new Set([...this.#before.keys(), ...now.keys()])].filter(
      key => this.#before.get(key) !== now.get(key),
    )
    const missing = (): readonly string[] =>
      this.#isResynced
        ? []
        : changed.filter(key => this.#reported.get(key) !== (now.has(key) ? 'put' : 'delete'))
    const end = performance.now() + this.#patience
    while (missing().length > 0 && this.#failure === undefined && performance.now() < end) {
      const woken = new Promise<void>(resolve => {
        this.#wake = resolve
      })
      await soon(woken, 'a change', Math.max(1, end - performance.now())).catch(() => undefined)
    }
    this.#state.ledger.hold('a watch lasts', this.#failure === undefined, () => String(this.#failure))
    const left = missing()
    this.#state.ledger.hold(LATEST, left.length === 0, () =>
      left
        .map(
          key =>
            `${key} was ${now.has(key) ? 'put' : 'deleted'}, reported: ${this.#reported.get(key) ?? 'nothing'}`,
        )
        .join(', '),
    )
    this.#before = now
    this.#reported.clear()
    this.#isResynced = false
  }

  /** Resolves once the stream has ended, as it does when its store is closed. */
  async end(): Promise<void> {
    await soon(this.#ended, 'watch')
    this.#state.ledger.hold('a watch ends with its store', this.#failure === undefined, () =>
      String(this.#failure),
    )
  }

  async #follow(changes: AsyncIterator<Change>): Promise<void> {
    try {
      for (let next = await changes.next(); next.done !== true; next = await changes.next()) {
        const { type, key } = next.value
        if (type === 'resync') this.#isResynced = true
        else this.#reported.set(this.#state.nameOf(key.toString()), type)
        this.#wake?.()
      }
    } catch (error) {
      if (!(error instanceof DatastoreError)) throw error
      this.#failure = error
      this.#wake?.()
    }
  }
}
