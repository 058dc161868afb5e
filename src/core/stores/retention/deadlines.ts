interface Due {
  readonly key: string
  readonly at: number
}

/** The keys that expire, soonest first: a binary heap whose outdated items are dropped when they reach the top. */
export class Deadlines {
  readonly #now: () => number
  readonly #byKey = new Map<string, number>()
  #heap: Due[] = []

  /** @param now A monotonic clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Makes a key expire after this many milliseconds. */
  set(key: string, ttl: number): void {
    const at = this.#now() + ttl
    this.#byKey.set(key, at)
    this.#push({ key, at })
    if (this.#heap.length > 2 * this.#byKey.size + 64) this.#rebuild()
  }

  delete(key: string): void {
    if (this.#byKey.size > 0) this.#byKey.delete(key)
  }

  /** Milliseconds that a key has left; `undefined` if it does not expire. */
  left(key: string): number | undefined {
    const at = this.#byKey.size === 0 ? undefined : this.#byKey.get(key)
    return at === undefined ? undefined : at - this.#now()
  }

  /** The next key whose time is over. */
  next(): string | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      const isCurrent = this.#byKey.get(first.key) === first.at
      if (isCurrent) return first.at <= this.#now() ? first.key : undefined
      this.#pop()
    }
    return undefined
  }

  #push(due: Due): void {
    const heap = this.#heap
    let index = heap.length
    heap.push(due)
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = heap[above] as Due
      if (parent.at <= due.at) break
      heap[index] = parent
      index = above
    }
    heap[index] = due
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let index = 0
    for (;;) {
      let below = 2 * index + 1
      if (below >= heap.length) break
      const [left, right] = [heap[below] as Due, heap[below + 1]]
      if (right !== undefined && right.at < left.at) below++
      const child = heap[below] as Due
      if (child.at >= last.at) break
      heap[index] = child
      index = below
    }
    heap[index] = last
  }

  #rebuild(): void {
    this.#heap = []
    for (const [key, at] of this.#byKey) this.#push({ key, at })
  }
}
