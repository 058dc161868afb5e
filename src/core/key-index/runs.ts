import { type Allocate, compareKeys, END, type Fold, inOwnMemory, LeafWriter } from './leaf.ts'
import { LeafDirectory } from './leaf-directory.ts'
import { Merge } from './merge.ts'

export interface RunOptions {
  /** Default: memory of this thread. */
  readonly allocate?: Allocate | undefined
  /** How equal keys are combined. Default: repeated keys are dropped. */
  readonly fold?: Fold | undefined
  /** Keys of the first run. Each run is twice as large as the one before. Default 4096. */
  readonly firstRun?: number | undefined
  /** Keys of the largest run that is sorted in memory at once. Default 2¹⁸. */
  readonly largestRun?: number | undefined
}

/** With more runs the smaller ones are merged, because each call reads all of them. */
const MAX_RUNS = 64

const NEVER = (): boolean => false

/** Sorts keys that come in any order into runs, and merges the runs. Both happen in steps. */
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

  /** The sorted keys so far. A repeated key may be in several runs. */
  get sorted(): readonly LeafDirectory[] {
    return this.#runs
  }

  /** Keys that are not in a run yet. */
  get unsorted(): number {
    return this.#arena.count + (this.#sealing?.arena.count ?? 0)
  }

  /** Whether all keys are in one run. */
  get isOne(): boolean {
    return this.unsorted === 0 && this.#runs.length <= 1
  }

  /** Whether `step` must sort before more keys can be added. */
  get isFull(): boolean {
    return this.#arena.isFull
  }

  /** Adds the key from `start` to `end`. If `isFull`, sorts first. */
  push(source: Uint8Array, start: number, end: number): void {
    if (this.isFull) this.#seal()
    this.#arena.add(source, start, end)
  }

  /** Starts to sort the waiting keys, so that they are visible soon. */
  sealSoon(): void {
    if (this.#sealing === undefined && this.#arena.count > 0) this.#seal()
  }

  /** Sorts the waiting keys now. */
  sealNow(): void {
    this.#sort(NEVER)
    this.sealSoon()
    this.#sort(NEVER)
  }

  /**
   * Inserts a key into the only run.
   * @returns False if it exists already.
   */
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
   * Does part of the pending work, until `isOver` returns true.
   * @param isLast No more keys will come, so all are sorted into one run.
   * @returns Whether there was anything to do.
   */
  step(isOver: () => boolean, isLast: boolean): boolean {
    if (this.#sealing !== undefined) this.#sort(isOver)
    else if (this.isFull || (isLast && this.#arena.count > 0)) this.#seal()
    else if (this.#merge !== undefined) this.#mergeOn(this.#merge, isOver)
    else if (this.#runs.length > (isLast ? 1 : MAX_RUNS)) this.#beginMerge(isLast)
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
    const inputs = isLast ? bySize : bySize.slice(0, MAX_RUNS / 2)
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

/** The maximum number of bytes of an arena, unless a single key is longer. */
const ARENA_BYTES = 64 * 2 ** 20

/** Collects keys in any order, then writes them as sorted leaves. Both happen in steps. */
class Arena {
  readonly #mostKeys: number
  #bytes: Uint8Array<ArrayBuffer>
  #starts: Uint32Array<ArrayBuffer>
  #at = 0
  #count = 0
  #sorting: RadixSort | undefined
  #written = 0

  constructor(mostKeys: number) {
    this.#mostKeys = mostKeys
    this.#starts = new Uint32Array(Math.min(mostKeys, 4096))
    this.#bytes = new Uint8Array(this.#starts.length * 16)
  }

  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count >= this.#mostKeys || this.#at >= ARENA_BYTES
  }

  /** Adds the bytes from `start` to `end`, which do not contain `END`. */
  add(source: Uint8Array, start: number, end: number): void {
    if (this.#count === this.#starts.length) {
      const larger = new Uint32Array(Math.min(this.#mostKeys, this.#count * 2))
      larger.set(this.#starts)
      this.#starts = larger
    }
    const room = this.#at + end - start + 1
    if (room > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(room, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#starts[this.#count++] = this.#at
    const bytes = this.#bytes
    for (let index = start; index < end; index++) bytes[this.#at++] = source[index] as number
    bytes[this.#at++] = END
  }

  /**
   * Sorts the keys and writes them, until `isOver` returns true. After the first call no key may be added.
   * @returns Whether all are written.
   */
  write(writer: LeafWriter, isOver: () => boolean): boolean {
    this.#starts = this.#starts.subarray(0, this.#count)
    this.#sorting ??= new RadixSort(this.#bytes, this.#starts)
    if (!this.#sorting.step(isOver)) return false
    const [bytes, starts] = [this.#bytes, this.#starts]
    while (this.#written < this.#count) {
      const start = starts[this.#written++] as number
      let end = start
      while (bytes[end++] !== END);
      writer.add(bytes, start, end)
      if ((this.#written & 1023) === 0 && isOver()) break
    }
    return this.#written === this.#count
  }
}

/** Fewer keys than this are sorted by insertion. */
const FEW = 20

/**
 * Sorts keys by their most significant byte first, in steps, so that a million keys do not block the thread. `starts`
 * holds the start of each key in `bytes`, where it is terminated by `END`. `starts` is sorted in place.
 */
class RadixSort {
  readonly #bytes: Uint8Array
  readonly #starts: Uint32Array
  readonly #spare: Uint32Array
  /** Ranges to sort, three numbers each: from, to, and the length of the keys' common beginning. */
  readonly #ranges: number[]
  readonly #buckets = new Uint32Array(257)

  constructor(bytes: Uint8Array, starts: Uint32Array) {
    this.#bytes = bytes
    this.#starts = starts
    this.#spare = new Uint32Array(starts.length)
    this.#ranges = [0, starts.length, 0]
  }

  /**
   * Sorts until `isOver` returns true.
   * @returns Whether everything is sorted.
   */
  step(isOver: () => boolean): boolean {
    const ranges = this.#ranges
    for (let steps = 0; ranges.length > 0; steps++) {
      const depth = ranges.pop() as number
      const to = ranges.pop() as number
      const from = ranges.pop() as number
      if (to - from <= FEW) this.#insert(from, to)
      else this.#divide(from, to, depth)
      if ((steps & 63) === 0 && isOver()) break
    }
    return ranges.length === 0
  }

  #divide(from: number, to: number, shared: number): void {
    const bytes = this.#bytes
    const starts = this.#starts
    const buckets = this.#buckets
    let depth = shared
    for (;;) {
      buckets.fill(0)
      // `END` counts as the least byte: a key sorts before longer keys that begin with it.
      for (let index = from; index < to; index++) {
        const bucket = (((bytes[(starts[index] as number) + depth] as number) + 1) & 0xff) + 1
        buckets[bucket] = (buckets[bucket] as number) + 1
      }
      const first = bytes[(starts[from] as number) + depth] as number
      if (buckets[((first + 1) & 0xff) + 1] !== to - from) break
      // All keys continue with the same byte. If it is `END`, they are equal.
      if (first === END) return
      depth++
    }
    for (let bucket = 1; bucket <= 256; bucket++)
      buckets[bucket] = (buckets[bucket] as number) + (buckets[bucket - 1] as number)
    for (let bucket = 1; bucket < 256; bucket++) {
      const [start, end] = [buckets[bucket] as number, buckets[bucket + 1] as number]
      if (end - start > 1) this.#ranges.push(from + start, from + end, depth + 1)
    }
    const spare = this.#spare
    for (let index = from; index < to; index++) {
      const start = starts[index] as number
      const bucket = ((bytes[start + depth] as number) + 1) & 0xff
      const place = buckets[bucket] as number
      buckets[bucket] = place + 1
      spare[from + place] = start
    }
    starts.set(spare.subarray(from, to), from)
  }

  #insert(from: number, to: number): void {
    const bytes = this.#bytes
    const starts = this.#starts
    for (let index = from + 1; index < to; index++) {
      const start = starts[index] as number
      let place = index
      for (; place > from; place--) {
        const before = starts[place - 1] as number
        if (compareKeys(bytes, before, bytes, start) <= 0) break
        starts[place] = before
      }
      starts[place] = start
    }
  }
}
