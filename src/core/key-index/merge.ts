import { type Allocate, compareKeys, type Fold, LeafWriter } from './leaf.ts'
import type { KeyCursor, LeafDirectory } from './leaf-directory.ts'

/** Keys between two reads of the clock. */
const KEYS = 512

/**
 * Merges sorted runs in steps. Between two steps, each key is either in `output` or in the rest of an input, so
 * together they still hold all keys, and can be read and changed.
 */
export class Merge {
  readonly output: LeafDirectory
  readonly inputs: readonly LeafDirectory[]
  readonly #allocate: Allocate
  readonly #fold: Fold | undefined

  /** @param output An empty directory, which is filled while the inputs are emptied. */
  constructor(inputs: readonly LeafDirectory[], output: LeafDirectory, allocate: Allocate, fold?: Fold) {
    this.inputs = inputs
    this.output = output
    this.#allocate = allocate
    this.#fold = fold
  }

  /** Merges until `isOver`. @returns Whether all keys are in the output. */
  step(isOver: () => boolean): boolean {
    const writer = new LeafWriter(this.#allocate, this.#fold)
    const unfilled = this.output.takeUnfilled()
    if (unfilled !== undefined) writer.resume(unfilled)
    const cursors = this.inputs.map(input => input.cursor())
    const heap = new CursorHeap(cursors)
    for (let steps = 1; ; steps++) {
      const { first } = heap
      if (first === undefined) break
      writer.add(first.bytes, first.start, first.end + 1)
      first.next()
      heap.settle()
      if ((steps & (KEYS - 1)) === 0 && isOver()) break
    }
    this.output.append(writer.take())
    for (const [index, input] of this.inputs.entries()) input.cut(cursors[index] as KeyCursor)
    return heap.first === undefined
  }
}

/** Cursors, the one with the least key first. */
class CursorHeap {
  readonly #cursors: KeyCursor[]

  constructor(cursors: readonly KeyCursor[]) {
    this.#cursors = cursors.filter(cursor => !cursor.isEnd)
    for (let index = this.#cursors.length >> 1; index >= 0; index--) this.#siftDown(index)
  }

  get first(): KeyCursor | undefined {
    return this.#cursors[0]
  }

  /** Restores the order after the first cursor was moved on. */
  settle(): void {
    if (this.#cursors[0]?.isEnd === true) {
      const last = this.#cursors.pop() as KeyCursor
      if (this.#cursors.length > 0) this.#cursors[0] = last
    }
    this.#siftDown(0)
  }

  #siftDown(index: number): void {
    const cursors = this.#cursors
    const { length } = cursors
    if (index >= length) return
    const sinking = cursors[index] as KeyCursor
    for (;;) {
      let child = index * 2 + 1
      if (child >= length) break
      if (child + 1 < length && isBefore(cursors[child + 1] as KeyCursor, cursors[child] as KeyCursor))
        child++
      const below = cursors[child] as KeyCursor
      if (!isBefore(below, sinking)) break
      cursors[index] = below
      index = child
    }
    cursors[index] = sinking
  }
}

function isBefore(a: KeyCursor, b: KeyCursor): boolean {
  return compareKeys(a.bytes, a.start, b.bytes, b.start) < 0
}
