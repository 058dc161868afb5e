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

/** Keys that are changed, or sorted while a call waits, without a pause: some milliseconds. */
const FEW = 256
const FEW_UNSORTED = 8192
/** Bytes of a change that is applied at once. Its keys are inserted one by one if all others are already sorted. */
const FEW_BYTES = 16 * 1024

interface Change {
  readonly packed: Uint8Array
  readonly isAdding: boolean
  /** Bytes that have been processed. */
  done: number
}

/**
 * All keys of a store, packed and sorted, as layout `strata` writes them. Keys come in any order and may be repeated.
 * `work` does long tasks in slices. Calls are answered from the keys that are sorted so far.
 */
export class KeyIndex {
  readonly #runs: Runs
  readonly #changes: Change[] = []
  #isFilled = false

  constructor(options?: RunOptions) {
    this.#runs = new Runs(options)
  }

  /** The number of keys so far. Until `isComplete`, repeated keys may be counted more than once. */
  get size(): number {
    return this.#runs.sorted.reduce((sum, run) => sum + run.size, this.#runs.unsorted)
  }

  /** Whether `filled` was called and all changes are applied, so that keys have row numbers. */
  get isComplete(): boolean {
    return this.#isFilled && this.#changes.length === 0 && this.#runs.isOne
  }

  /**
   * Whether `work` has applied all changes. Once `filled` was called, calls are then answered from every key; before, the
   * latest keys may not be sorted yet.
   */
  get isSettled(): boolean {
    return this.#changes.length === 0 && (!this.#isFilled || this.#runs.unsorted <= FEW_UNSORTED)
  }

  /** Bytes that the sorted keys take. */
  get byteLength(): number {
    return this.#runs.sorted.reduce((sum, run) => sum + run.byteLength, 0)
  }

  /**
   * Adds packed keys. Keys that exist already stay. Keys that are not added at once are added by `work`.
   * @throws RangeError for truncated packed keys.
   */
  add(packed: Uint8Array): void {
    this.#change({ packed, isAdding: true, done: 0 })
  }

  /** Removes packed keys, including those added earlier. Keys that are not removed at once are removed by `work`. */
  remove(packed: Uint8Array): void {
    this.#change({ packed, isAdding: false, done: 0 })
  }

  /** Called when all keys of the store were added. Later calls are changes. */
  filled(): void {
    this.#isFilled = true
  }

  /**
   * Does pending work until `isOver` returns true.
   * @returns Whether work is left.
   */
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

  /** A page of the children of one key; of the root for an empty key. */
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

  /** Packed keys from row `from` on; `undefined` until the index is complete. */
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

  /** The row of a key, or of the first key after it; `undefined` until the index is complete. */
  rowOf(key: Uint8Array): number | undefined {
    if (!this.isComplete) return undefined
    const [run] = this.#runs.sorted
    return run === undefined ? 0 : run.rowOf(run.lowerBound(key))
  }

  /** The sorted keys as they are now, by run. Later changes do not affect it. */
  snapshot(): readonly (readonly Leaf[])[] {
    this.#showUnsorted()
    return this.#runs.sorted.map(run => [...run.leaves])
  }

  /** Sorts waiting keys now if they are few. Sorting very many would delay the call, so it does not see them yet. */
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

  /** Applies a small change at once, unless others wait, because changes take effect in order. */
  #change(change: Change): void {
    // A truncated change is refused as a whole.
    eachPacked(change.packed, () => true)
    if (this.#changes.push(change) > 1) return
    const isSmall = change.packed.length <= FEW_BYTES
    for (let done = -1; isSmall && change.done > done && this.#changes.length > 0; ) {
      done = change.done
      this.#apply(change)
    }
  }

  /** Applies some of the changes. */
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

/** The next name in the levels of all runs. */
function firstName(cursors: readonly LevelCursor[], reverse: boolean): Uint8Array | undefined {
  let first: Uint8Array | undefined
  for (const { name } of cursors) {
    if (name === undefined) continue
    if (first === undefined || compareBytes(name, first) < 0 !== reverse) first = name
  }
  return first
}

/** The combined flags of a name in all runs. Advances the cursors. */
function takeFlags(cursors: readonly LevelCursor[], name: Uint8Array): number {
  let flags = 0
  for (const cursor of cursors) {
    if (cursor.name === undefined || compareBytes(cursor.name, name) !== 0) continue
    flags |= cursor.flags
    cursor.advance()
  }
  return flags
}
