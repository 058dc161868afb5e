import { followedBy } from '../../ordered/byte-order.ts'
import type { Leaf } from '../leaf.ts'
import { KeyCursor, type Position } from '../leaf-directory.ts'
import { Packer, pack } from '../packed.ts'
import { BestKeys } from './best-keys.ts'
import { FuzzyScore, fuzzyPattern, fuzzyTerms } from './fuzzy.ts'
import { LazyDfa } from './lazy-dfa.ts'
import { type Matcher, matcherOf, type SearchText } from './matcher.ts'
import { nfaOf } from './nfa.ts'
import type { IndexOf } from './substring.ts'

export interface KeySearchOptions extends SearchText {
  /** Search only below this key. */
  readonly under?: Uint8Array | undefined
  /** The maximum number of hits: the first ones, or for `fuzzy` the best. */
  readonly limit: number
}

export interface SearchProgress {
  /** Packed keys: those found since the last report; for `fuzzy` the best so far, best first. */
  readonly keys: Uint8Array<ArrayBuffer>
  /** Matching keys so far, including those past the limit for `fuzzy`. */
  readonly found: number
  /** Keys searched so far, out of `total`. */
  readonly searched: number
  readonly total: number
  /** The search is finished: all keys were searched, or the limit is reached. */
  readonly isDone: boolean
}

/** Keys from `from` to before `to`, in the leaves of one run. */
interface Part {
  readonly leaves: readonly Leaf[]
  readonly from: Position
  readonly to: Position
}

/** One search over a snapshot of the keys, in slices. */
export class KeySearch {
  readonly #parts: readonly Part[]
  readonly #hits: Hits
  readonly #total: number
  #part = 0
  #leaf: number
  #searched = 0

  /**
   * @param runs `KeyIndex.snapshot()`.
   * @throws TypeError for an invalid pattern, or one that cannot be matched in linear time.
   */
  constructor(runs: readonly (readonly Leaf[])[], options: KeySearchOptions, indexOf?: IndexOf) {
    this.#parts = runs.map(leaves => partOf(leaves, options.under))
    this.#hits =
      options.kind === 'fuzzy' ? new BestHits(options) : new FirstHits(options, options.kind, indexOf)
    this.#total = this.#parts.reduce((sum, part) => sum + sizeOf(part), 0)
    this.#leaf = this.#parts[0]?.from.leaf ?? 0
  }

  /** Searches until `isOver` returns true. It is called between leaves. */
  step(isOver: () => boolean): SearchProgress {
    while (!this.#isDone) {
      this.#searchLeaf()
      if (isOver()) break
    }
    return {
      keys: this.#hits.take(),
      found: this.#hits.found,
      searched: this.#searched,
      total: this.#total,
      isDone: this.#isDone,
    }
  }

  get #isDone(): boolean {
    return this.#part >= this.#parts.length || this.#hits.isFull
  }

  #searchLeaf(): void {
    const part = this.#parts[this.#part] as Part
    const leaf = part.leaves[this.#leaf]
    const from = this.#leaf === part.from.leaf ? part.from.index : 0
    const to = leaf === undefined ? 0 : this.#leaf === part.to.leaf ? part.to.index : leaf.count
    if (leaf !== undefined && from < to) {
      this.#hits.search(leaf, from, to, key => this.#isKnown(key))
      this.#searched += to - from
    }
    if (++this.#leaf <= part.to.leaf && this.#leaf < part.leaves.length) return
    this.#leaf = this.#parts[++this.#part]?.from.leaf ?? 0
  }

  /**
   * Whether a run that was already searched has the key. While an index is being filled, a key may be in several runs.
   */
  #isKnown(key: Uint8Array): boolean {
    for (let part = 0; part < this.#part; part++) {
      const cursor = new KeyCursor((this.#parts[part] as Part).leaves)
      cursor.seek(key)
      if (cursor.isAt(key)) return true
    }
    return false
  }
}

/** The hits, in the form that the search requires. */
interface Hits {
  readonly found: number
  readonly isFull: boolean
  search(leaf: Leaf, from: number, to: number, isKnown: (key: Uint8Array) => boolean): void
  take(): Uint8Array<ArrayBuffer>
}

class FirstHits implements Hits {
  readonly #matcher: Matcher
  readonly #limit: number
  readonly #keys = new Packer()
  found = 0

  constructor(
    { limit, ...options }: KeySearchOptions,
    kind: Exclude<SearchText['kind'], 'fuzzy'>,
    indexOf: IndexOf | undefined,
  ) {
    this.#matcher = matcherOf({ ...options, kind }, indexOf)
    this.#limit = limit
  }

  get isFull(): boolean {
    return this.found >= this.#limit
  }

  search(leaf: Leaf, from: number, to: number, isKnown: (key: Uint8Array) => boolean): void {
    this.#matcher.match(leaf, from, to, index => {
      if (this.isFull) return
      const key = leaf.key(index)
      if (isKnown(key)) return
      this.#keys.add(key)
      this.found++
    })
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.#keys.take()
  }
}

class BestHits implements Hits {
  readonly #filters: readonly Matcher[]
  readonly #score: FuzzyScore
  readonly #best: BestKeys
  readonly isFull: boolean
  #isChanged = false
  found = 0

  constructor({ text, limit, isCaseSensitive = false }: KeySearchOptions) {
    const terms = fuzzyTerms(text)
    this.#filters = terms.map(term => new LazyDfa(nfaOf(fuzzyPattern(term, !isCaseSensitive))))
    this.#score = new FuzzyScore(terms, !isCaseSensitive)
    this.#best = new BestKeys(limit)
    this.isFull = limit === 0
  }

  search(leaf: Leaf, from: number, to: number, isKnown: (key: Uint8Array) => boolean): void {
    this.#filter(0, leaf, from, to, index => {
      const [start, end] = [leaf.offsets[index] as number, (leaf.offsets[index + 1] as number) - 1]
      const score = this.#score.of(leaf.bytes, start, end)
      const isBetter = this.#best.takes(score, end - start)
      // Other runs are only searched for keys that would be kept.
      if (isBetter && isKnown(leaf.key(index))) return
      this.found++
      if (!isBetter) return
      this.#best.add(score, leaf.key(index))
      this.#isChanged = true
    })
  }

  /** The keys that match this filter and the ones after it. */
  #filter(number: number, leaf: Leaf, from: number, to: number, hit: (index: number) => void): void {
    const filter = this.#filters[number]
    if (filter === undefined) for (let index = from; index < to; index++) hit(index)
    else if (number === this.#filters.length - 1) filter.match(leaf, from, to, hit)
    else filter.match(leaf, from, to, index => this.#filter(number + 1, leaf, index, index + 1, hit))
  }

  take(): Uint8Array<ArrayBuffer> {
    if (!this.#isChanged) return new Uint8Array()
    this.#isChanged = false
    return pack(this.#best.sorted())
  }
}

function partOf(leaves: readonly Leaf[], under: Uint8Array | undefined): Part {
  const all = { leaves, from: { leaf: 0, index: 0 }, to: { leaf: leaves.length, index: 0 } }
  if (under === undefined || under.length === 0) return all
  const at = (byte: number): Position => {
    const cursor = new KeyCursor(leaves)
    cursor.seek(followedBy(under, byte))
    return { leaf: cursor.leaf, index: cursor.index }
  }
  return { leaves, from: at(0), to: at(1) }
}

function sizeOf({ leaves, from, to }: Part): number {
  let size = to.index - from.index
  for (let leaf = from.leaf; leaf < to.leaf; leaf++) size += leaves[leaf]?.count ?? 0
  return size
}
