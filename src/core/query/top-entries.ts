import { Slices, sortInSlices } from '../concurrency/slices.ts'

/**
 * Keeps the first `capacity` of all added items, by `compare`, in a heap with the last of them on top. Memory depends
 * on the capacity, not on the number of added items.
 */
export class TopEntries<T> {
  readonly #capacity: number
  readonly #compare: (a: T, b: T) => number
  readonly #heap: T[] = []

  constructor(capacity: number, compare: (a: T, b: T) => number) {
    this.#capacity = capacity
    this.#compare = compare
  }

  add(entry: T): void {
    const heap = this.#heap
    if (this.#capacity === Number.POSITIVE_INFINITY) heap.push(entry)
    else if (heap.length < this.#capacity) this.#siftUp(heap.push(entry) - 1)
    else if (heap.length > 0 && this.#compare(entry, heap[0] as T) < 0) {
      heap[0] = entry
      this.#siftDown()
    }
  }

  /** The kept items, first to last. Nothing may be added afterwards. */
  sorted(): Promise<T[]> {
    return sortInSlices(this.#heap, new Slices(), this.#compare)
  }

  #siftUp(start: number): void {
    let index = start
    while (index > 0) {
      const parent = (index - 1) >>> 1
      if (!this.#isPast(index, parent)) return
      this.#swap(index, parent)
      index = parent
    }
  }

  #siftDown(): void {
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      if (left >= this.#heap.length) return
      const right = left + 1
      const child = right < this.#heap.length && this.#isPast(right, left) ? right : left
      if (!this.#isPast(child, index)) return
      this.#swap(index, child)
      index = child
    }
  }

  #isPast(a: number, b: number): boolean {
    return this.#compare(this.#heap[a] as T, this.#heap[b] as T) > 0
  }

  #swap(a: number, b: number): void {
    const entry = this.#heap[a] as T
    this.#heap[a] = this.#heap[b] as T
    this.#heap[b] = entry
  }
}
