const CHUNK = 512
const PENDING = 4096

/**
 * A set of names in code-unit order, in chunks of a few hundred: adding, removing and seeking cost O(log n) plus one
 * short move. New names stay unsorted until the set is read or a few thousand are waiting, so that filling a level is
 * cheap. The caller must not add a name twice.
 */
export class SortedNames {
  readonly #chunks: string[][] = []
  readonly #pending: string[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  add(name: string): void {
    this.#size++
    if (this.#pending.push(name) >= PENDING) this.#settle()
  }

  /** Removes a name that is in the set. */
  remove(name: string): void {
    this.#settle()
    const chunkIndex = this.#chunkFor(name)
    const chunk = this.#chunks[chunkIndex]
    if (chunk === undefined) return
    const index = lowerBound(chunk, name)
    if (chunk[index] !== name) return
    chunk.splice(index, 1)
    if (chunk.length === 0) this.#chunks.splice(chunkIndex, 1)
    this.#size--
  }

  /** Up to `limit` names strictly after `after`, in ascending or descending order. */
  page(after: string | undefined, limit: number, reverse: boolean): string[] {
    this.#settle()
    return reverse ? this.#pageDown(after, limit) : this.#pageUp(after, limit)
  }

  #pageUp(after: string | undefined, limit: number): string[] {
    const names: string[] = []
    let chunkIndex = after === undefined ? 0 : this.#chunkFor(after)
    let index = after === undefined ? 0 : upperBound(this.#chunks[chunkIndex] ?? [], after)
    for (; names.length < limit && chunkIndex < this.#chunks.length; chunkIndex++, index = 0) {
      const chunk = this.#chunks[chunkIndex] ?? []
      names.push(...chunk.slice(index, index + limit - names.length))
    }
    return names
  }

  #pageDown(after: string | undefined, limit: number): string[] {
    const names: string[] = []
    let chunkIndex = after === undefined ? this.#chunks.length - 1 : this.#chunkFor(after)
    let end = after === undefined ? undefined : lowerBound(this.#chunks[chunkIndex] ?? [], after)
    for (; names.length < limit && chunkIndex >= 0; chunkIndex--, end = undefined) {
      const chunk = this.#chunks[chunkIndex] ?? []
      const to = end ?? chunk.length
      names.push(...chunk.slice(Math.max(0, to - (limit - names.length)), to).reverse())
    }
    return names
  }

  #settle(): void {
    if (this.#pending.length === 0) return
    const names = this.#pending.splice(0).sort(compareNames)
    if (this.#chunks.length === 0) {
      for (let start = 0; start < names.length; start += CHUNK)
        this.#chunks.push(names.slice(start, start + CHUNK))
      return
    }
    for (const name of names) this.#insert(name)
  }

  #insert(name: string): void {
    const chunkIndex = this.#chunkFor(name)
    const chunk = this.#chunks[chunkIndex] as string[]
    const last = chunk[chunk.length - 1] as string
    if (name > last) chunk.push(name)
    else chunk.splice(lowerBound(chunk, name), 0, name)
    if (chunk.length <= CHUNK * 2) return
    // Names that arrive in order leave full chunks behind instead of half-full ones.
    const isAppending = chunkIndex === this.#chunks.length - 1 && name > last
    this.#chunks.splice(chunkIndex + 1, 0, chunk.splice(isAppending ? CHUNK * 2 : CHUNK))
  }

  /** The last chunk whose first name is not greater than `name`; 0 if there is none. */
  #chunkFor(name: string): number {
    let low = 0
    let high = this.#chunks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#chunks[middle]?.[0] as string) <= name) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }
}

export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The index of the first name that is not less than `name`. */
export function lowerBound(names: readonly string[], name: string): number {
  let low = 0
  let high = names.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((names[middle] as string) < name) low = middle + 1
    else high = middle
  }
  return low
}

/** The index of the first name that is greater than `name`. */
export function upperBound(names: readonly string[], name: string): number {
  const index = lowerBound(names, name)
  return names[index] === name ? index + 1 : index
}
