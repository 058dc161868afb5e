/** An open row of a level. Pass it to `OpenRows` to change or close it. */
export interface OpenRow<T> {
  /** The row's place among the rows of its level. */
  readonly index: number
  readonly value: T
}

interface Node<T> extends OpenRow<T> {
  /** Rows nested below this row. */
  nested: number
  /** Rows nested below the rows of this subtree. */
  sum: number
  readonly priority: number
  parent: Node<T> | undefined
  left: Node<T> | undefined
  right: Node<T> | undefined
}

/** The location of a row: on the level itself, or nested below an open row. */
export type Located<T> =
  | { readonly type: 'row'; readonly index: number }
  | { readonly type: 'nested'; readonly value: T; readonly row: number }

/**
 * The open rows of one level, in order, each with the number of rows nested below it. Opening, closing and finding a
 * row by its number cost O(log open rows), however many rows the level has.
 *
 * A treap: Aragon and Seidel, "Randomized search trees", Algorithmica 16, 1996.
 */
export class OpenRows<T> {
  #root: Node<T> | undefined
  #seed = 0x9e3779b9

  /** Rows nested below all open rows. */
  get nested(): number {
    return this.#root?.sum ?? 0
  }

  /** @throws RangeError when the row is open already. */
  add(index: number, value: T): OpenRow<T> {
    let parent: Node<T> | undefined
    for (let node = this.#root; node !== undefined; node = index < node.index ? node.left : node.right) {
      if (node.index === index) throw new RangeError(`Cannot open row ${index}: it is open already`)
      parent = node
    }
    const node: Node<T> = {
      index,
      value,
      nested: 0,
      sum: 0,
      priority: this.#random(),
      parent,
      left: undefined,
      right: undefined,
    }
    if (parent === undefined) this.#root = node
    else if (index < parent.index) parent.left = node
    else parent.right = node
    while (node.parent !== undefined && node.parent.priority < node.priority) this.#rotateUp(node)
    return node
  }

  remove(row: OpenRow<T>): void {
    const node = row as Node<T>
    while (node.left !== undefined || node.right !== undefined) this.#rotateUp(higherChild(node))
    const { parent } = node
    if (parent === undefined) this.#root = undefined
    else if (parent.left === node) parent.left = undefined
    else parent.right = undefined
    sumUpwards(parent)
  }

  setNested(row: OpenRow<T>, nested: number): void {
    const node = row as Node<T>
    node.nested = nested
    sumUpwards(node)
  }

  /** The open row at `index`, if that row is open. */
  at(index: number): T | undefined {
    let node = this.#root
    while (node !== undefined && node.index !== index) node = index < node.index ? node.left : node.right
    return node?.value
  }

  /** Rows nested below the open rows before `index`. */
  nestedBefore(index: number): number {
    let nested = 0
    for (let node = this.#root; node !== undefined; ) {
      if (node.index < index) {
        nested += sumOf(node.left) + node.nested
        node = node.right
      } else node = node.left
    }
    return nested
  }

  /** Finds `row`, counted over the level's rows and all rows nested below them. */
  locate(row: number): Located<T> {
    let before = 0
    for (let node = this.#root; node !== undefined; ) {
      const own = node.index + before + sumOf(node.left)
      if (row <= own) {
        if (row === own) return { type: 'row', index: node.index }
        node = node.left
      } else if (row <= own + node.nested) {
        return { type: 'nested', value: node.value, row: row - own - 1 }
      } else {
        before += sumOf(node.left) + node.nested
        node = node.right
      }
    }
    return { type: 'row', index: row - before }
  }

  /** The open rows in order. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let node = leftmost(this.#root); node !== undefined; node = nextOf(node)) yield node.value
  }

  #rotateUp(node: Node<T>): void {
    const parent = node.parent as Node<T>
    const above = parent.parent
    if (parent.left === node) {
      parent.left = node.right
      if (node.right !== undefined) node.right.parent = parent
      node.right = parent
    } else {
      parent.right = node.left
      if (node.left !== undefined) node.left.parent = parent
      node.left = parent
    }
    parent.parent = node
    node.parent = above
    if (above === undefined) this.#root = node
    else if (above.left === parent) above.left = node
    else above.right = node
    addUp(parent)
    addUp(node)
  }

  /** Xorshift (Marsaglia 2003): the shape of the tree is the same in every run. */
  #random(): number {
    this.#seed ^= this.#seed << 13
    this.#seed ^= this.#seed >>> 17
    this.#seed ^= this.#seed << 5
    return this.#seed >>> 0
  }
}

function sumOf(node: Node<unknown> | undefined): number {
  return node?.sum ?? 0
}

function addUp(node: Node<unknown>): void {
  node.sum = sumOf(node.left) + node.nested + sumOf(node.right)
}

function sumUpwards(from: Node<unknown> | undefined): void {
  for (let node = from; node !== undefined; node = node.parent) addUp(node)
}

function higherChild<T>({ left, right }: Node<T>): Node<T> {
  if (left === undefined) return right as Node<T>
  return right === undefined || left.priority > right.priority ? left : right
}

function leftmost<T>(from: Node<T> | undefined): Node<T> | undefined {
  let node = from
  while (node?.left !== undefined) node = node.left
  return node
}

function nextOf<T>(from: Node<T>): Node<T> | undefined {
  if (from.right !== undefined) return leftmost(from.right)
  let node = from
  while (node.parent !== undefined && node.parent.right === node) node = node.parent
  return node.parent
}
