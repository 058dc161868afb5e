import { Key } from '../../../src/core/key.ts'
import type { Ledger } from '../violation.ts'

/** What a key may hold: serial numbers of values, 0 for nothing. */
export type Possible = ReadonlySet<number>

const NOTHING: Possible = new Set([0])

/**
 * What a store may hold. A call that failed may have happened or not, so a key may have several possible values; what
 * is read later tells which it was.
 */
export class PossibleState {
  readonly ledger: Ledger
  /** What the store calls a key: stores that take several keys for one have one name for them. */
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

  /** Keys that may hold something. */
  get keys(): readonly string[] {
    return [...this.#held.keys()]
  }

  /** Keys that held something once, or may have. */
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

  /** It may hold these as well. */
  widen(key: string, more: Iterable<number>): void {
    this.set(key, [...this.of(key), ...more])
  }

  /** It turned out to hold something that passes `test`. */
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

  /** A value may have come to be under a fresh child of `prefix`, whose name nobody learnt. */
  addStray(prefix: string, serial: number): void {
    this.#strays.set(serial, this.nameOf(prefix))
  }

  /** Takes in a key that a listing brought up, if a failed `putNew` explains it. */
  adopt(key: Key): void {
    const [name, prefix] = [key.toString(), key.parent.toString()]
    if (this.#held.has(name)) return
    const serials = [...this.#strays].filter(([, under]) => under === prefix).map(([serial]) => serial)
    if (serials.length > 0 && /^[0-9a-f]{32}$/.test(key.lastSegment))
      this.#held.set(name, new Set([0, ...serials]))
  }

  /** Somebody may just be putting something there. */
  noteTried(key: string): void {
    this.#tried.add(this.nameOf(key))
  }

  /**
   * Whether something was ever above or below, a stray of a failed `putNew` included: then files and the folders they leave
   * may be in each other's way.
   */
  mayHaveKin(key: string): boolean {
    const own = Key.parse(this.nameOf(key))
    const isKin = [...this.#ever, ...this.#tried]
      .map(Key.parse)
      .some(held => held.isAncestorOf(own) || own.isAncestorOf(held))
    return isKin || this.#mayHaveStray(own)
  }

  /** Whether anything may be below `key`, a stray of a failed `putNew` included. */
  mayHaveBelow(key: string): boolean {
    const own = Key.parse(this.nameOf(key))
    return this.#mayHaveStray(own) || this.below(key).length > 0
  }

  #mayHaveStray(own: Key): boolean {
    return [...this.#strays.values()].some(
      under => own.toString() === under || own.isAncestorOf(Key.parse(under)),
    )
  }

  /** The keys below `prefix` that may hold something. */
  below(prefix: string): readonly string[] {
    const own = Key.parse(this.nameOf(prefix))
    return this.keys.filter(key => own.isAncestorOf(Key.parse(key)))
  }
}
