import { PossibleState } from '../model/possible-state.ts'

/**
 * The possible state of a store that may lose acknowledged writes when its process dies: each key may have
 * any state since the last sync.
 */
export class LossyState extends PossibleState {
  /** All values that a key held or may have held since then. Other keys have not changed. */
  readonly #since = new Map<string, ReadonlySet<number>>()

  override set(key: string, possible: Iterable<number>): void {
    const name = this.nameOf(key)
    const next = [...possible]
    this.#since.set(name, new Set([...(this.#since.get(name) ?? this.of(key)), ...next]))
    super.set(key, next)
  }

  /** The current state is permanent. */
  synced(): void {
    this.#since.clear()
  }

  /** The process died. */
  died(): void {
    for (const [name, possible] of this.#since) super.set(name, possible)
    this.#since.clear()
  }

  /** The value of a key now and after a crash now; `undefined` if it is not known. */
  lasting(key: string): number | undefined {
    const [held, ...others] = this.of(key)
    const since = this.#since.get(this.nameOf(key))
    return others.length === 0 && (since === undefined || since.size === 1) ? held : undefined
  }
}
