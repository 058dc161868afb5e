import { Key } from '../../../src/core/key.ts'
import type { Ledger } from '../violation.ts'

/** What a key may hold: serial numbers of values, 0 for nothing. */
export type Possible = ReadonlySet<number>

const NOTHING: Possible = new Set([0])

/**
 * The possible contents of a store. A failed call may have taken effect or not, so a key may have several
 * possible values; later reads show which one it has.
 */
export class PossibleState {
  readonly ledger: Ledger
  /** The name of a key in the store: keys that a store treats as one have one name. */
  readonly nameOf: (key: string) => string
  readonly #held = new Map<string, Possible>()
  readonly #ever = new Set<string>()
  readonly #tried = new Set<string>()
  /** Values that a failed `putNew` may have left, by the prefix they would be under. */
  readonly #strays = new Map<number, string>()

  constructor(ledger: Ledger, nameOf: (key: string) => string) {
    this.ledger = ledger
    this.nameOf = nameOf
  }

  /** Keys that may hold a value. */
  get keys(): readonly string[] {
    return [...this.#held.keys()]
  }

  /** Keys that held a value once, or may have. */
  get everHeld(): readonly string[] {
    return [...this.#ever]
  }

  of(key: string): Possible {
    return this.#held.get(this.nameOf(key)) ?? NOTHING
  }

  set(key: string, possible: Iterable<number>): void {
    const name = this.nameOf(key)
    const next = new Set(possible)
    if (next.size > 1 || !next.has(0)) this.#ever.add(name)
    if (next.size === 1 && next.has(0)) this.#held.delete(name)
    else this.#held.set(name, next)
  }

  /** The key may hold these values as well. */
  widen(key: string, more: Iterable<number>): void {
    this.set(key, [...this.of(key), ...more])
  }

  /** A read showed that the key holds a value that passes `test`. */
  narrow(invariant: string, key: string, test: (serial: number) => boolean, seen: string): void {
    const before = this.of(key)
    const after = [...before].filter(test)
    this.ledger.hold(
      invariant,
      after.length > 0,
      () => `${key} ${seen}, but it may hold ${[...before].join(' or ')}`,
    )
    this.set(key, after)
  }

  isPresent(invariant: string, key: string, seen: string): void {
    this.narrow(invariant, key, serial => serial !== 0, seen)
  }

  isAbsent(invariant: string, key: string, seen: string): void {
    this.narrow(invariant, key, serial => serial === 0, seen)
  }

  /** A value may be under a new child of `prefix` with an unknown name. */
  addStray(prefix: string, serial: number): void {
    this.#strays.set(serial, this.nameOf(prefix))
  }

  /** Adds a key that was found in a listing, if a failed `putNew` explains it. */
  adopt(key: Key): void {
    const [name, prefix] = [key.toString(), key.parent.toString()]
    if (this.#held.has(name)) return
    const serials = [...this.#strays].filter(([, under]) => under === prefix).map(([serial]) => serial)
    if (serials.length > 0 && /^[0-9a-f]{32}$/.test(key.lastSegment))
      this.#held.set(name, new Set([0, ...serials]))
  }

  /** A put to this key may be in flight. */
  noteTried(key: string): void {
    this.#tried.add(this.nameOf(key))
  }

  /**
   * Whether a key above or below ever held a value, including one of a failed `putNew`: then files and the
   * folders they leave may be in each other's way.
   */
  mayHaveKin(key: string): boolean {
    const own = Key.parse(this.nameOf(key))
    const isKin = [...this.#ever, ...this.#tried]
      .map(Key.parse)
      .some(held => held.isAncestorOf(own) || own.isAncestorOf(held))
    return isKin || this.#mayHaveStray(own)
  }

  /** Whether any key below `key` may hold a value, including one of a failed `putNew`. */
  mayHaveBelow(key: string): boolean {
    const own = Key.parse(this.nameOf(key))
    return this.#mayHaveStray(own) || this.below(key).length > 0
  }

  #mayHaveStray(own: Key): boolean {
    return [...this.#strays.values()].some(
      under => own.toString() === under || own.isAncestorOf(Key.parse(under)),
    )
  }

  /** The keys below `prefix` that may hold a value. */
  below(prefix: string): readonly string[] {
    const own = Key.parse(this.nameOf(prefix))
    return this.keys.filter(key => own.isAncestorOf(Key.parse(key)))
  }
}
