import { type Allocate, compareWith, END, inOwnMemory, Leaf, MAX_BYTES, MAX_KEYS, makeLeaf } from './leaf.ts'

/** A place among the keys: a leaf, and a key in it. After the last key, `leaf` is the number of leaves. */
export interface Position {
  readonly leaf: number
  readonly index: number
}

/** A change at a place: removes the key there, inserts another before it, or both. */
export interface Edit extends Position {
  readonly removes: boolean
  readonly inserts?: Uint8Array | undefined
}

/** The largest leaf that is not divided when it is changed. */
const MAX_LEAF = { keys: MAX_KEYS * 1.5, bytes: 0xffff } as const

/** Sorted keys in leaves. Changes create new leaves, so copies are not affected. */
export class LeafDirectory {
  #leaves: Leaf[]
  #size: number
  #allocate: Allocate
  /** Keys before each leaf, and before the end. */
  #before: Float64Array | undefined

  /** @param leaves None is empty. */
  constructor(leaves: readonly Leaf[] = [], allocate: Allocate = inOwnMemory) {
    this.#leaves = [...leaves]
    this.#allocate = allocate
    this.#size = leaves.reduce((sum, leaf) => sum + leaf.count, 0)
  }

  get leaves(): readonly Leaf[] {
    return this.#leaves
  }

  get size(): number {
    return this.#size
  }

  /** Bytes that the leaves take. */
  get byteLength(): number {
    return this.#leaves.reduce((sum, leaf) => sum + leaf.buffer.byteLength, 0)
  }

  /** Another directory of the same leaves. */
  copy(): LeafDirectory {
    return new LeafDirectory(this.#leaves, this.#allocate)
  }

  cursor(): KeyCursor {
    return new KeyCursor(this.#leaves)
  }

  /** The first place whose key is not less than `key`. */
  lowerBound(key: Uint8Array): Position {
    const cursor = this.cursor()
    cursor.seek(key)
    return cursor
  }

  has(key: Uint8Array): boolean {
    const cursor = this.cursor()
    cursor.seek(key)
    return cursor.isAt(key)
  }

  /** How many keys are before a place. */
  rowOf({ leaf, index }: Position): number {
    return (this.#counts()[leaf] as number) + index
  }

  /** A cursor at the key with this row number; at the end if there is none. */
  at(row: number): KeyCursor {
    const counts = this.#counts()
    const cursor = this.cursor()
    let low = 0
    let high = this.#leaves.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((counts[middle + 1] as number) <= row) low = middle + 1
      else high = middle
    }
    cursor.moveTo({ leaf: low, index: low === this.#leaves.length ? 0 : row - (counts[low] as number) })
    return cursor
  }

  /** @returns False if the key exists already. */
  insert(key: Uint8Array): boolean {
    const cursor = this.cursor()
    cursor.seek(key)
    if (cursor.isAt(key)) return false
    this.edit([{ leaf: cursor.leaf, index: cursor.index, removes: false, inserts: key }])
    return true
  }

  /** @returns False if the key does not exist. */
  remove(key: Uint8Array): boolean {
    const cursor = this.cursor()
    cursor.seek(key)
    if (!cursor.isAt(key)) return false
    this.edit([{ leaf: cursor.leaf, index: cursor.index, removes: true }])
    return true
  }

  /** Appends leaves whose keys are greater than all others. */
  append(leaves: readonly Leaf[]): void {
    for (const leaf of leaves) {
      this.#leaves.push(leaf)
      this.#size += leaf.count
    }
    this.#before = undefined
  }

  /** Removes and returns the last leaf, if it has room for more keys. */
  takeUnfilled(): Leaf | undefined {
    const last = this.#leaves.at(-1)
    if (last === undefined || last.count >= MAX_KEYS || last.bytes.length >= MAX_BYTES) return undefined
    this.#leaves.pop()
    this.#size -= last.count
    this.#before = undefined
    return last
  }

  /** Removes the keys before a place. */
  cut({ leaf, index }: Position): void {
    const dropped = this.#leaves.splice(0, leaf)
    for (const { count } of dropped) this.#size -= count
    const first = this.#leaves[0]
    if (index > 0 && first !== undefined) {
      this.#size -= index
      this.#leaves[0] = makeLeaf(first.bytes, first.offsets, index, first.count - index, this.#allocate)
    }
    this.#before = undefined
  }

  /**
   * Applies changes and rewrites each leaf once. Places refer to the state before the call and are in order, as are
   * keys at the same place.
   */
  edit(edits: readonly Edit[]): void {
    if (edits.length === 0) return
    if (this.#leaves.length === 0) {
      this.append(rewritten(EMPTY, edits, true, this.#allocate))
      return
    }
    const splices: { readonly leaf: number; readonly leaves: readonly Leaf[] }[] = []
    for (let start = 0; start < edits.length; ) {
      const leaf = this.#leafOf(edits[start] as Edit)
      let end = start + 1
      while (end < edits.length && this.#leafOf(edits[end] as Edit) === leaf) end++
      const group = edits.slice(start, end).map(one => this.#within(one))
      const old = this.#leaves[leaf] as Leaf
      const isAppending = leaf === this.#leaves.length - 1 && group[0]?.index === old.count
      const leaves = rewritten(old, group, isAppending, this.#allocate)
      this.#size += leaves.reduce((sum, each) => sum + each.count, -old.count)
      if (leaves.length === 1) this.#leaves[leaf] = leaves[0] as Leaf
      else splices.push({ leaf, leaves })
      start = end
    }
    for (const { leaf, leaves } of splices.reverse()) this.#leaves.splice(leaf, 1, ...leaves)
    this.#before = undefined
  }

  /** A place after the last key belongs to the last leaf. */
  #leafOf({ leaf }: Position): number {
    return Math.min(leaf, this.#leaves.length - 1)
  }

  #within(edit: Edit): Edit {
    if (edit.leaf < this.#leaves.length) return edit
    const leaf = this.#leaves.length - 1
    return { ...edit, leaf, index: (this.#leaves[leaf] as Leaf).count }
  }

  #counts(): Float64Array {
    if (this.#before !== undefined) return this.#before
    const before = new Float64Array(this.#leaves.length + 1)
    for (const [index, leaf] of this.#leaves.entries())
      before[index + 1] = (before[index] as number) + leaf.count
    this.#before = before
    return before
  }
}

const EMPTY = new Leaf(new ArrayBuffer(2), 0)

/** The leaves that replace a changed leaf. */
function rewritten(old: Leaf, edits: readonly Edit[], isAppending: boolean, allocate: Allocate): Leaf[] {
  const inserted = edits.reduce(
    (sum, { inserts }) => sum + (inserts === undefined ? 0 : inserts.length + 1),
    0,
  )
  const bytes = new Uint8Array(old.bytes.length + inserted)
  const starts = new Uint32Array(old.count + edits.length + 1)
  let [at, count, from] = [0, 0, 0]
  const copyUntil = (to: number): void => {
    const [start, end] = [old.offsets[from] as number, old.offsets[to] as number]
    bytes.set(old.bytes.subarray(start, end), at)
    for (; from < to; from++) starts[count++] = at + (old.offsets[from] as number) - start
    at += end - start
    starts[count] = at
  }
  for (const { index, removes, inserts } of edits) {
    copyUntil(index)
    if (inserts !== undefined) {
      bytes.set(inserts, at)
      at += inserts.length
      bytes[at++] = END
      starts[++count] = at
    }
    if (removes) from = index + 1
  }
  copyUntil(old.count)
  return divided(bytes, starts, count, isAppending, allocate)
}

/** Divides keys into as many leaves as they need: of the same size, or full ones if more keys will follow in order. */
function divided(
  bytes: Uint8Array,
  starts: Uint32Array,
  count: number,
  isAppending: boolean,
  allocate: Allocate,
): Leaf[] {
  if (count === 0) return []
  const length = starts[count] as number
  if (count === 1 || (count <= MAX_LEAF.keys && length <= MAX_LEAF.bytes))
    return [makeLeaf(bytes, starts, 0, count, allocate)]
  const parts = isAppending ? 1 : Math.max(Math.ceil(count / MAX_KEYS), Math.ceil(length / MAX_BYTES))
  const keys = Math.min(MAX_KEYS, Math.ceil(count / parts))
  const most = Math.min(MAX_BYTES, Math.ceil(length / parts))
  const leaves: Leaf[] = []
  for (let first = 0; first < count; ) {
    const limit = (starts[first] as number) + most
    let end = first + 1
    while (end < count && end - first < keys && (starts[end + 1] as number) <= limit) end++
    leaves.push(makeLeaf(bytes, starts, first, end - first, allocate))
    first = end
  }
  return leaves
}

/** Moves over the keys of leaves, in both directions. */
export class KeyCursor implements Position {
  readonly #leaves: readonly Leaf[]
  leaf = 0
  index = 0
  /** The bytes of the current leaf. */
  bytes: Uint8Array = EMPTY.bytes
  #offsets: Leaf['offsets'] = EMPTY.offsets

  constructor(leaves: readonly Leaf[]) {
    this.#leaves = leaves
    this.#enter(0)
  }

  /** Whether there is no key here: it is after the last one, or before the first. */
  get isEnd(): boolean {
    return this.#leaves[this.leaf] === undefined
  }

  /** The start of the key in `bytes`. */
  get start(): number {
    return this.#offsets[this.index] as number
  }

  /** The end of the key, without `END`. */
  get end(): number {
    return (this.#offsets[this.index + 1] as number) - 1
  }

  get key(): Uint8Array {
    return this.bytes.subarray(this.start, this.end)
  }

  isAt(key: Uint8Array): boolean {
    return !this.isEnd && compareWith(this.bytes, this.start, key) === 0
  }

  startsWith(prefix: Uint8Array): boolean {
    if (this.isEnd) return false
    const { bytes, start } = this
    // If the key is shorter, the byte there is `END`.
    for (let index = 0; index < prefix.length; index++)
      if (bytes[start + index] !== prefix[index]) return false
    return true
  }

  /** Moves to the first key that is not less than `key`. */
  seek(key: Uint8Array): void {
    const leaves = this.#leaves
    let low = 0
    let high = leaves.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareWith((leaves[middle] as Leaf).bytes, 0, key) <= 0) low = middle + 1
      else high = middle
    }
    const leaf = Math.max(0, low - 1)
    const index = leaves[leaf]?.lowerBound(key) ?? 0
    this.moveTo({ leaf, index })
  }

  /** Moves to a place; after the last key of a leaf, to the next leaf. */
  moveTo({ leaf, index }: Position): void {
    this.#enter(leaf)
    this.index = index
    if (index >= this.#offsets.length - 1 && !this.isEnd) this.#enter(leaf + 1)
  }

  next(): void {
    if (++this.index >= this.#offsets.length - 1) this.#enter(this.leaf + 1)
  }

  previous(): void {
    if (--this.index >= 0) return
    this.#enter(this.leaf - 1)
    this.index = Math.max(0, this.#offsets.length - 2)
  }

  #enter(leaf: number): void {
    const { bytes, offsets } = this.#leaves[leaf] ?? EMPTY
    this.leaf = leaf
    this.index = 0
    this.bytes = bytes
    this.#offsets = offsets
  }
}
