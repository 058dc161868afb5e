import { corrupt, NODE, PAGE, readNumber, readTree, type TreeRecord } from './format.ts'
import { countOf, fixedKey, flagsOf, type Node, nodeAt, type Pages } from './pages.ts'

/** A range of a tree: from `from` (inclusive) to `to` (exclusive), in ascending or descending order. */
export interface Part {
  readonly from?: Uint8Array | undefined
  readonly to?: Uint8Array | undefined
  readonly reverse?: boolean | undefined
}

/** A key of a tree, and the node that holds its value. */
export interface Leaf {
  readonly page: Buffer
  readonly node: Node
}

/** The position of a walk in one page. */
interface Step {
  readonly page: Buffer
  readonly count: number
  index: number
}

/**
 * One B+ tree of a file, in byte order. A walk visits at most as many pages as the file has, and only ascending keys,
 * so it also ends in a damaged file: with what it found, or with `CORRUPT`.
 */
export class Tree {
  readonly #pages: Pages
  readonly #record: TreeRecord

  constructor(pages: Pages, record: TreeRecord) {
    this.#pages = pages
    this.#record = record
  }

  get entries(): number {
    return this.#record.entries
  }

  find(key: Uint8Array): Leaf | undefined {
    for (const leaf of this.walk({ from: key })) return leaf.node.key.equals(key) ? leaf : undefined
    return undefined
  }

  /** @yields Each key once, in order. */
  *walk({ from, to, reverse = false }: Part): Iterable<Leaf> {
    let last: Buffer | undefined
    for (const step of this.#leaves(reverse ? to : from, reverse)) {
      if ((flagsOf(step.page) & PAGE.leaf2) !== 0) throw corrupt('keys have no values')
      const node = nodeAt(step.page, step.index)
      const { key } = node
      const isPast = reverse
        ? from !== undefined && key.compare(from) < 0
        : to !== undefined && key.compare(to) >= 0
      if (isPast) return
      if (last !== undefined && (reverse ? last.compare(key) <= 0 : key.compare(last) <= 0)) {
        throw corrupt('keys are not in order')
      }
      last = key
      yield { page: step.page, node }
    }
  }

  /** The bytes of a key with one value. */
  valueOf({ page, node }: Leaf): Buffer {
    const { number: size, dataAt } = node
    if ((node.flags & NODE.overflow) !== 0) return this.#pages.overflow(readNumber(page, dataAt), size)
    if (dataAt + size > page.length) throw corrupt('a value is outside of its page')
    return page.subarray(dataAt, dataAt + size)
  }

  /** The values of a key with several: in a page within its node, or in a tree of their own. */
  *valuesOf(leaf: Leaf): Iterable<Buffer> {
    const data = this.valueOf(leaf)
    if ((leaf.node.flags & NODE.tree) === 0) {
      if (data.length < 16 || (flagsOf(data) & PAGE.subPage) === 0) throw corrupt('values are not in a page')
      yield* keysOf(data)
      return
    }
    const record = readTree(data, 0)
    const tree = new Tree(this.#pages, record)
    let left = record.entries
    for (const { page, index } of tree.#leaves(undefined, false)) {
      if (left-- === 0) throw corrupt('a key has more values than it says')
      yield (flagsOf(page) & PAGE.leaf2) !== 0 ? fixedKey(page, index) : nodeAt(page, index).key
    }
  }

  /** Each position of a leaf from `bound` on; in reverse, before it. */
  *#leaves(bound: Uint8Array | undefined, reverse: boolean): Iterable<Step> {
    const { root, depth } = this.#record
    if (root === undefined) return
    const path: Step[] = []
    let pagesLeft = this.#pages.count
    const descend = (from: number, to: Uint8Array | undefined) => {
      pagesLeft -= this.#descend(path, from, depth, to, reverse)
      if (pagesLeft < 0) throw corrupt('a page is in a tree more than once')
    }
    descend(root, bound)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      if (top.index < 0 || top.index >= top.count) {
        path.pop()
        const above = path.at(-1)
        if (above !== undefined) above.index += reverse ? -1 : 1
      } else if (path.length === depth) {
        yield top
        top.index += reverse ? -1 : 1
      } else descend(nodeAt(top.page, top.index).number, undefined)
    }
  }

  /**
   * Descends to a leaf, starting at a page one level below the path.
   * @returns The number of pages visited.
   */
  #descend(
    path: Step[],
    root: number,
    depth: number,
    bound: Uint8Array | undefined,
    reverse: boolean,
  ): number {
    let visited = 0
    for (let number = root; ; visited++) {
      const page = this.#pages.page(number)
      const isLeaf = path.length + 1 === depth
      if ((flagsOf(page) & (isLeaf ? PAGE.leaf : PAGE.branch)) === 0) {
        throw corrupt(`page ${number} is not a ${isLeaf ? 'leaf' : 'branch'}`)
      }
      const count = countOf(page)
      if (count === 0) throw corrupt(`page ${number} is empty`)
      const index =
        bound === undefined ? (reverse ? count - 1 : 0) : placeIn(page, count, bound, isLeaf, reverse)
      path.push({ page, count, index })
      if (isLeaf) return visited + 1
      number = nodeAt(page, index).number
    }
  }
}

/** The position in a page where a walk begins. */
function placeIn(page: Buffer, count: number, bound: Uint8Array, isLeaf: boolean, reverse: boolean): number {
  // The first key of a branch is empty: it stands for everything before the second one.
  let [low, high] = [isLeaf ? 0 : 1, count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (nodeAt(page, middle).key.compare(bound) < 0) low = middle + 1
    else high = middle
  }
  if (isLeaf) return reverse ? low - 1 : low
  return low < count && nodeAt(page, low).key.equals(bound) ? low : low - 1
}

/** The keys of a page that has only them. */
function* keysOf(page: Buffer): Iterable<Buffer> {
  const isFixed = (flagsOf(page) & PAGE.leaf2) !== 0
  const count = countOf(page)
  for (let index = 0; index < count; index++) yield isFixed ? fixedKey(page, index) : nodeAt(page, index).key
}
