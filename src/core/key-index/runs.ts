import { Arena } from './arena.ts'
import { type Allocate, inOwnMemory } from './leaf.ts'
import { LeafDirectory } from './leaf-directory.ts'
import { type Fold, LeafWriter } from './leaf-writer.ts'
import { Merge } from './merge.ts'

export interface RunOptions {
  /** Default: memory of this thread. */
  readonly allocate?: Allocate | undefined
  /** What becomes of keys that are alike. Default: equal ones are one. */
  readonly fold?: Fold | undefined
  /** Keys of the first run; each is twice the one before. Default 4096. */
  readonly firstRun?: number | undefined
  /** Keys of the largest run that is sorted in memory of its own. Default 2¹⁸. */
  readonly largestRun?: number | undefined
}

/** Runs beyond which the smaller ones are merged: a question looks into each of them. */
const MOST_RUNS = 64

const NEVER = (): boolean => false

/** Sorts keys that come in any order into runs, and merges the runs, both in steps. */
export class Runs {
  readonly #allocate: Allocate
  readonly #fold: Fold | undefined
  readonly #largest: number
  #runs: LeafDirectory[] = []
  #arena: Arena
  #arenaKeys: number
  #sealing: { readonly arena: Arena; readonly writer: LeafWriter } | undefined
  #merge: Merge | undefined

  constructor({ allocate = inOwnMemory, fold, firstRun = 4096, largestRun = 2 ** 18 }: RunOptions = {}) {
    this.#allocate = allocate
    this.#fold = fold
    this.#largest = largestRun
    this.#arenaKeys = firstRun
    this.#arena = new Arena(firstRun)
  }

  /** What is sorted so far. A key that came again may be in several runs. */
  get sorted(): readonly LeafDirectory[] {
    return this.#runs
  }

  /** Keys that are not in a run yet. */
  get unsorted(): number {
    return this.#arena.count + (this.#sealing?.arena.count ?? 0)
  }

  /** Whether there are no keys but those of one run. */
  get isOne(): boolean {
    return this.unsorted === 0 && this.#runs.length <= 1
  }

  /** Whether `step` has to sort before more keys may come. */
  get isFull(): boolean {
    return this.#arena.isFull
  }

  /** Adds the key from `start` to `end`. Where `isFull`, it waits for sorting. */
  push(source: Uint8Array, start: number, end: number): void {
    if (this.isFull) this.#seal()
    this.#arena.add(source, start, end)
  }

  /** Begins to sort what is there, so that it is soon seen. */
  sealSoon(): void {
    if (this.#sealing === undefined && this.#arena.count > 0) this.#seal()
  }

  /** Sorts what is there at once. */
  sealNow(): void {
    this.#sort(NEVER)
    this.sealSoon()
    this.#sort(NEVER)
  }

  /** Inserts a key where there is one run. @returns False where it is there already. */
  insert(key: Uint8Array): boolean {
    if (this.#runs.length === 0) this.#runs.push(new LeafDirectory([], this.#allocate))
    return (this.#runs[0] as LeafDirectory).insert(key)
  }

  /** Removes a key from the runs. @returns Whether it was there. */
  remove(key: Uint8Array): boolean {
    let isFound = false
    for (const run of this.#runs) if (run.remove(key)) isFound = true
    return isFound
  }

  /**
   * Does a part of what is due, until `isOver`.
   * @param isLast No more keys will come: all are sorted into one run.
   * @returns Whether there was anything to do.
   */
  step(isOver: () => boolean, isLast: boolean): boolean {
    if (this.#sealing !== undefined) this.#sort(isOver)
    else if (this.isFull || (isLast && this.#arena.count > 0)) this.#seal()
    else if (this.#merge !== undefined) this.#mergeOn(this.#merge, isOver)
    else if (this.#runs.length > (isLast ? 1 : MOST_RUNS)) this.#beginMerge(isLast)
    else return false
    return true
  }

  #seal(): void {
    this.#sort(NEVER)
    const arena = this.#arena
    if (arena.isFull) this.#arenaKeys = Math.min(this.#largest, this.#arenaKeys * 2)
    this.#arena = new Arena(this.#arenaKeys)
    this.#sealing = { arena, writer: new LeafWriter(this.#allocate, this.#fold) }
  }

  #sort(isOver: () => boolean): void {
    if (this.#sealing === undefined) return
    const { arena, writer } = this.#sealing
    if (!arena.write(writer, isOver)) return
    this.#runs.push(new LeafDirectory(writer.take(), this.#allocate))
    this.#sealing = undefined
  }

  #beginMerge(isLast: boolean): void {
    const bySize = this.#runs.toSorted((a, b) => a.size - b.size)
    const inputs = isLast ? bySize : bySize.slice(0, MOST_RUNS / 2)
    const output = new LeafDirectory([], this.#allocate)
    this.#runs.push(output)
    this.#merge = new Merge(inputs, output, this.#allocate, this.#fold)
  }

  #mergeOn(merge: Merge, isOver: () => boolean): void {
    if (!merge.step(isOver)) return
    this.#runs = this.#runs.filter(run => !merge.inputs.includes(run))
    this.#merge = undefined
  }
}
