import { compareBytes, followedBy } from '../byte-order.ts'

/** Lead bytes of U+E000 to U+FFFF. */
const [HIGH, HIGH_END] = [0xee, 0xef]
/** Lead bytes of the characters above U+FFFF, and the byte past them. */
const [ASTRAL, PAST_ASTRAL] = [0xf0, 0xf5]

/** A range of the engine's order. It is read before the ranges below it on the stack. */
interface Piece {
  from: Uint8Array
  to: Uint8Array
  /** In the keys of this range, characters that begin before this index are in code-unit order. */
  readonly settled: number
}

/**
 * The plain names of a level in code-unit order, as ranges of the engine's order. Engines sort U+E000 to U+FFFF before
 * the characters above, code units sort them after. So when one of the former follows some bytes, the keys that
 * continue these bytes with one of the latter are read first. Names without such characters cost nothing. The
 * characters of a cursor determine which ranges are left, so a page needs no state of the page before.
 */
export class CodeUnitOrder {
  readonly #base: Uint8Array
  readonly #reverse: boolean
  /** The last one is read next. */
  readonly #pieces: Piece[] = []

  /**
   * @param base The common beginning of the keys of the level.
   * @param after Bytes of the name after which the ranges begin.
   */
  constructor(base: Uint8Array, after: Uint8Array | undefined, reverse: boolean) {
    this.#base = base
    this.#reverse = reverse
    const all = { from: base, to: followedBy(base, PAST_ASTRAL), settled: base.length }
    if (after === undefined) this.#push(all)
    else this.#begin(all, after)
  }

  /** The range to read next, in the direction of the level. */
  get range(): { readonly from: Uint8Array; readonly to: Uint8Array } | undefined {
    let piece = this.#pieces.at(-1)
    while (piece !== undefined && compareBytes(piece.from, piece.to) >= 0) {
      this.#pieces.pop()
      piece = this.#pieces.at(-1)
    }
    return piece && { from: piece.from, to: piece.to }
  }

  /** Whether a key is still to be read from this range. */
  isAhead(key: Uint8Array): boolean {
    const piece = this.#pieces.at(-1)
    if (piece === undefined) return false
    return this.#reverse ? compareBytes(key, piece.to) < 0 : compareBytes(key, piece.from) >= 0
  }

  /** Continues the range here: forward from this key, in reverse before it. */
  continueFrom(at: Uint8Array): void {
    const piece = this.#pieces.at(-1)
    if (piece === undefined) return
    if (!this.#reverse) piece.from = at
    else piece.to = at
  }

  /** The range has been read to its end. */
  end(): void {
    this.#pieces.pop()
  }

  /**
   * Divides the range if a character of this key requires that other keys are read before it.
   * @param end Where the key's name ends.
   * @returns Whether the range was divided. Then the key occurs again in a later range.
   */
  divide(key: Uint8Array, end: number): boolean {
    const piece = this.#pieces.at(-1)
    if (piece === undefined) return false
    const [least, most] = this.#reverse ? [ASTRAL, PAST_ASTRAL - 1] : [HIGH, HIGH_END]
    for (let at = piece.settled; at < end; at++) {
      const byte = key[at] as number
      if (byte < least || byte > most) continue
      this.#pieces.pop()
      this.#divideAt(key.slice(0, at), piece)
      return true
    }
    return false
  }

  #divideAt(stem: Uint8Array, { from, to, settled }: Piece): void {
    const [high, astral, past] = boundsAfter(stem)
    const highOnes = { from: later(high, from), to: earlier(astral, to), settled: stem.length + 1 }
    const astralOnes = { from: later(astral, from), to: earlier(past, to), settled: stem.length + 1 }
    if (!this.#reverse) this.#push({ from: later(past, from), to, settled }, highOnes, astralOnes)
    else this.#push({ from, to: earlier(high, to), settled }, astralOnes, highOnes)
  }

  /** Creates the ranges that are left after a cursor. */
  #begin(all: Piece, after: Uint8Array): void {
    const cursor = new Uint8Array(this.#base.length + after.length)
    cursor.set(this.#base)
    cursor.set(after, this.#base.length)
    let { from, to, settled } = all
    for (let at = this.#base.length; at < cursor.length; at++) {
      const byte = cursor[at] as number
      if (byte < HIGH) continue
      const stem = cursor.subarray(0, at)
      const [high, astral, past] = boundsAfter(stem)
      const isAstral = byte >= ASTRAL
      const other = isAstral ? { from: high, to: astral } : { from: astral, to: past }
      if (!this.#reverse) this.#push({ from: past, to, settled })
      else this.#push({ from, to: high, settled })
      // The range with the cursor is read first if the other one comes after it.
      if (isAstral !== this.#reverse) this.#push({ ...other, settled: at + 1 })
      from = isAstral ? astral : high
      to = isAstral ? past : astral
      settled = at + 1
    }
    if (this.#reverse) this.#push({ from, to: cursor, settled })
    else this.#push({ from: followedBy(cursor, 0), to, settled })
  }

  #push(...pieces: readonly Piece[]): void {
    this.#pieces.push(...pieces)
  }
}

/** Where U+E000 begins after some bytes, where the astral characters begin, and where they end. */
function boundsAfter(stem: Uint8Array): readonly [high: Uint8Array, astral: Uint8Array, past: Uint8Array] {
  return [followedBy(stem, HIGH), followedBy(stem, ASTRAL), followedBy(stem, PAST_ASTRAL)]
}

function later(a: Uint8Array, b: Uint8Array): Uint8Array {
  return compareBytes(a, b) >= 0 ? a : b
}

function earlier(a: Uint8Array, b: Uint8Array): Uint8Array {
  return compareBytes(a, b) <= 0 ? a : b
}
