import { PossibleState } from '../model/possible-state.ts'

/**
 * What a store may hold that loses some of what it acknowledged when its process dies: of each key any state since the
 * last sync may be there after.
 */
export class LossyState extends PossibleState {
  /** All that a key held, or may have, since then; what is not in here has not changed. */
  readonly #since = new Map<string, ReadonlySet<number>>()

  override set(key: string, possible: Iterable<number>): void {
    const name = this.nameOf(key)
    const next = [...possible]
    this.#since.set(name, new Set([...(this.#since.get(name) ?? this.of(key)), ...next]))
    super.set(key, next)
  }

  /** What is there now is there to stay. */
  synced(): void {
    this.#since.clear()
  }

  /** The process died. */
  died(): void {
    for (const [name, possible] of this.#since) super.set(name, possible)
    this.#since.clear()
  }

  /** What a key holds, and would hold if the process died now; `undefined` where that is not known. */
  lasting(key: string): number | undefined {
    const [held, ...others] = this.of(key)
    const since = this.#since.get(this.nameOf(key))
    return others.length === 0 && (since === undefined || since.size === 1) ? held : undefined
  }
}
