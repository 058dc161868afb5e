import { compareBytes } from '../ordered/byte-order.ts'
import type { Leaf } from './leaf.ts'
import { LevelCursor, type LevelOptions } from './level-cursor.ts'
import { eachPacked, Packer } from './packed.ts'
import { type RunOptions, Runs } from './runs.ts'

export interface LevelPage {
  /** Packed rows: a byte of `IS_VALUE` and `IS_BRANCH`, then the name. */
  readonly rows: Uint8Array<ArrayBuffer>
  readonly hasMore: boolean
}

/** Keys that are changed in one go, and that are sorted while a question waits: some milliseconds. */
const FEW = 256
const FEW_UNSORTED = 8192
/** Bytes of a change that is made at once, and its keys one by one where all others are in order already. */
const FEW_BYTES = 16 * 1024

interface Change {
  readonly packed: Uint8Array
  readonly isAdding: boolean
  /** Bytes that are done. */
  done: number
}

/**
 * All keys of a store, packed and in order, as layout `strata` writes them. They come in any order, again and again. What takes long is done
 * by `work`, in slices. A question is answered from the keys that are sorted so far, and those that are not come soon.
 */
export class KeyIndex {
  readonly #runs: Runs
  readonly #changes: Change[] = []
  #isFilled = false

  constructor(options?: RunOptions) {
    this.#runs = new Runs(options)
  }

  /** Keys so far. Until `isComplete`, one that came again may be counted again. */
  get size(): number {
    return this.#runs.sorted.reduce((sum, run) => sum + run.size, this.#runs.unsorted)
  }

  /** Whether `filled` was called and all changes are made, so that the keys have numbers. */
  get isComplete(): boolean {
    return this.#isFilled && this.#changes.length === 0 && this.#runs.isOne
  }

  /** Whether there are keys that `work` has to add or remove. */
  get hasChanges(): boolean {
    return this.#changes.length > 0
  }

  /** Bytes that the sorted keys take. */
  get byteLength(): number {
    return this.#runs.sorted.reduce((sum, run) => sum + run.byteLength, 0)
  }

  /**
   * Adds packed keys; those that are there stay. What is not added at once is added by `work`.
   * @throws RangeError for packed keys that are cut off.
   */
  add(packed: Uint8Array): void {
    this.#change({ packed, isAdding: true, done: 0 })
  }

  /** Removes packed keys, those added before included. What is not removed at once is removed by `work`. */
  remove(packed: Uint8Array): void {
    this.#change({ packed, isAdding: false, done: 0 })
  }

  /** All keys of the store were added: what comes now are changes. */
  filled(): void {
    this.#isFilled = true
  }

  /** Does what is due, until `isOver`. @returns Whether there is more to do. */
  work(isOver: () => boolean): boolean {
    while (this.#step(isOver)) {
      if (isOver()) return true
    }
    return false
  }

  has(key: Uint8Array): boolean {
    this.#showUnsorted()
    return this.#runs.sorted.some(run => run.has(key))
  }

  /** A page of the children of one key; of an empty one, those of the root. */
  level(of: Uint8Array, { after, limit, reverse = false }: LevelOptions): LevelPage {
    this.#showUnsorted()
    const cursors = this.#runs.sorted.map(run => new LevelCursor(run, of, { after, reverse }))
    const rows = new Packer()
    let row = new Uint8Array(256)
    for (;;) {
      const name = firstName(cursors, reverse)
      if (name === undefined || rows.count >= limit) return { rows: rows.take(), hasMore: name !== undefined }
      if (name.length >= row.length) row = new Uint8Array(name.length * 2)
      row.set(name, 1)
      row[0] = takeFlags(cursors, name)
      rows.add(row, 0, name.length + 1)
    }
  }

  /** Packed keys from the number `from` on; `undefined` until the index is complete. */
  rows(from: number, count: number): Uint8Array<ArrayBuffer> | undefined {
    if (!this.isComplete) return undefined
    const rows = new Packer()
    const cursor = this.#runs.sorted[0]?.at(from)
    while (cursor?.isEnd === false && rows.count < count) {
      rows.add(cursor.bytes, cursor.start, cursor.end)
      cursor.next()
    }
    return rows.take()
  }

  /** The number of a key, or of the first one after it; `undefined` until the index is complete. */
  rowOf(key: Uint8Array): number | undefined {
    if (!this.isComplete) return undefined
    const [run] = this.#runs.sorted
    return run === undefined ? 0 : run.rowOf(run.lowerBound(key))
  }

  /** The sorted keys as they are now, run by run: later changes do not show there. */
  snapshot(): readonly (readonly Leaf[])[] {
    this.#showUnsorted()
    return this.#runs.sorted.map(run => [...run.leaves])
  }

  /** Sorting very many keys would hold up the question, so it sees them a little later. */
  #showUnsorted(): void {
    if (this.#runs.unsorted <= FEW_UNSORTED) this.#runs.sealNow()
    else this.#runs.sealSoon()
  }

  #step(isOver: () => boolean): boolean {
    const isLast = this.#isFilled && this.#changes.length === 0
    if (this.#runs.step(isOver, isLast)) return true
    const [change] = this.#changes
    if (change !== undefined) this.#apply(change)
    return change !== undefined
  }

  /** Makes a small change at once, unless others wait: they take effect in the order that they come in. */
  #change(change: Change): void {
    // What is cut off is refused as a whole.
    eachPacked(change.packed, () => true)
    if (this.#changes.push(change) > 1) return
    const isSmall = change.packed.length <= FEW_BYTES
    for (let done = -1; isSmall && change.done > done && this.#changes.length > 0; ) {
      done = change.done
      this.#apply(change)
    }
  }

  /** Makes a few of the changes. */
  #apply(change: Change): void {
    const { packed, isAdding } = change
    const isInserted = isAdding && this.#isFilled && this.#runs.isOne && packed.length <= FEW_BYTES
    if (!isAdding && this.#runs.unsorted > 0) {
      this.#showUnsorted()
      if (this.#runs.unsorted > 0) return
    }
    let count = 0
    change.done = eachPacked(
      packed,
      (start, end) => {
        if (isInserted) this.#runs.insert(packed.subarray(start, end))
        else if (isAdding) this.#runs.push(packed, start, end)
        else this.#runs.remove(packed.subarray(start, end))
        return ++count < FEW
      },
      change.done,
    )
    if (change.done === packed.length) this.#changes.shift()
  }
}

/** The name that is next in the levels of all runs. */
function firstName(cursors: readonly LevelCursor[], reverse: boolean): Uint8Array | undefined {
  let first: Uint8Array | undefined
  for (const { name } of cursors) {
    if (name === undefined) continue
    if (first === undefined || compareBytes(name, first) < 0 !== reverse) first = name
  }
  return first
}

/** What the runs say of a name together. They move on. */
function takeFlags(cursors: readonly LevelCursor[], name: Uint8Array): number {
  let flags = 0
  for (const cursor of cursors) {
    if (cursor.name === undefined || compareBytes(cursor.name, name) !== 0) continue
    flags |= cursor.flags
    cursor.advance()
  }
  return flags
}
