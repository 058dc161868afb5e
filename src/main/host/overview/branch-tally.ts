import { Key } from '../../../core/key.ts'

/** The maximum number of names that are counted. If a level has more, the names with the fewest keys are dropped. */
const MAX_NAMES = 20_000

interface Tally {
  keys: number
  bytes: number
  /** Whether there is a key below the name. */
  isBranch: boolean
}

export interface CountedBranch {
  readonly key: Key
  readonly keys: number
  /** Bytes of the values whose sizes were known. */
  readonly bytes: number
}

/** Counts the keys of the branches of one level, in bounded memory. */
export class BranchTally {
  readonly #depth: number
  readonly #counts = new Map<string, Tally>()
  #dropped = { branches: 0, keys: 0 }

  /** @param depth The number of segments in the keys of the branches. */
  constructor(depth: number) {
    this.#depth = depth
  }

  add(key: Key, size: number | undefined): void {
    if (key.depth < this.#depth) return
    const name = this.nameOf(key)
    const tally = this.#counts.get(name)
    const isBranch = key.depth > this.#depth
    if (tally === undefined) {
      if (this.#counts.size >= MAX_NAMES) this.#dropSmall()
      this.#counts.set(name, { keys: 1, bytes: size ?? 0, isBranch })
    } else {
      tally.keys++
      tally.bytes += size ?? 0
      tally.isBranch ||= isBranch
    }
  }

  /** The branch that a key is in, as a text. */
  nameOf(key: Key): string {
    return key.depth === this.#depth ? key.toString() : `/${key.segments.slice(0, this.#depth).join('/')}`
  }

  /** The branches, the one with the most keys first. */
  branches(): CountedBranch[] {
    const found: CountedBranch[] = []
    for (const [name, { keys, bytes, isBranch }] of this.#counts) {
      if (isBranch) found.push({ key: Key.parse(name), keys, bytes })
    }
    return found.sort((a, b) => b.keys - a.keys || Key.compare(a.key, b.key))
  }

  /** The number of branches that were dropped, so that they are not in `branches`. */
  get droppedBranches(): number {
    return this.#dropped.branches
  }

  /** The number of keys of the level that are not branches. */
  get looseKeys(): number {
    let keys = this.#dropped.keys
    for (const { isBranch } of this.#counts.values()) if (!isBranch) keys++
    return keys
  }

  /** Keeps the larger half; and the last name, because more of its keys may follow. */
  #dropSmall(): void {
    const all = [...this.#counts]
    const last = all.pop()
    all.sort(([, a], [, b]) => b.keys - a.keys)
    for (const [name, { isBranch }] of all.slice(MAX_NAMES / 2)) {
      if (name === last?.[0]) continue
      this.#counts.delete(name)
      if (isBranch) this.#dropped.branches++
      else this.#dropped.keys++
    }
  }
}
