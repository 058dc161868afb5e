interface Scored {
  readonly score: number
  readonly key: Uint8Array
  /** The order in which keys were added. Of equal keys the first is better. */
  readonly number: number
}

/** The best of many keys: by the highest score, then the shortest, then the first. */
export class BestKeys {
  readonly #max: number
  /** A heap with the worst of the kept keys first. */
  readonly #heap: Scored[] = []
  #count = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Whether a key with this score and length is among the best so far. */
  takes(score: number, length: number): boolean {
    const worst = this.#heap[0]
    if (this.#heap.length < this.#max || worst === undefined) return this.#max > 0
    return score > worst.score || (score === worst.score && length < worst.key.length)
  }

  /** Adds a key. `takes` must have returned true. */
  add(score: number, key: Uint8Array): void {
    const scored = { score, key, number: this.#count++ }
    if (this.#heap.length < this.#max) {
      this.#heap.push(scored)
      this.#siftUp(this.#heap.length - 1)
    } else {
      this.#heap[0] = scored
      this.#siftDown()
    }
  }

  /** The best first. */
  sorted(): Uint8Array[] {
    return [...this.#heap].sort((a, b) => (isWorse(a, b) ? 1 : -1)).map(({ key }) => key)
  }

  #siftUp(index: number): void {
    for (let at = index; at > 0; ) {
      const above = (at - 1) >> 1
      if (!this.#isWorse(at, above)) return
      this.#swap(at, above)
      at = above
    }
  }

  #siftDown(): void {
    for (let at = 0; ; ) {
      let below = at * 2 + 1
      if (below + 1 < this.#heap.length && this.#isWorse(below + 1, below)) below++
      if (below >= this.#heap.length || !this.#isWorse(below, at)) return
      this.#swap(at, below)
      at = below
    }
  }

  #isWorse(a: number, b: number): boolean {
    return isWorse(this.#heap[a] as Scored, this.#heap[b] as Scored)
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a] as Scored, this.#heap[b] as Scored]
    this.#heap[a] = second
    this.#heap[b] = first
  }
}

function isWorse(a: Scored, b: Scored): boolean {
  if (a.score !== b.score) return a.score < b.score
  if (a.key.length !== b.key.length) return a.key.length > b.key.length
  return a.number > b.number
}
