/** A violated invariant. */
export class Violation extends Error {
  override name = 'Violation'
  readonly invariant: string

  constructor(invariant: string, detail: string) {
    super(`${invariant}: ${detail}`)
    this.invariant = invariant
  }
}

/** Counts how often each invariant held. */
export class Ledger {
  readonly #held = new Map<string, number>()

  get counts(): readonly (readonly [invariant: string, held: number])[] {
    return [...this.#held].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  /** @throws Violation */
  hold(invariant: string, isHeld: boolean, detail: () => string): void {
    if (!isHeld) throw new Violation(invariant, detail())
    this.#held.set(invariant, (this.#held.get(invariant) ?? 0) + 1)
  }
}
