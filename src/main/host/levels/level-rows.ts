import type { Child } from '../../../core/datastore.ts'
import { inOwnMemory, LeafWriter } from '../../../core/key-index/leaf.ts'
import { type Edit, LeafDirectory } from '../../../core/key-index/leaf-directory.ts'
import {
  EntryBuffer,
  entryStart,
  type LevelEntry,
  type PackedLevel,
  readEntry,
} from '../../../core/key-index/packed-level.ts'
import { compareNames } from '../../../core/stores/sorted-names.ts'
import type { Row } from '../../../shared/procedures/store.ts'

/** New properties of one row. Absent ones stay unchanged. */
export interface RowPatch {
  readonly isValue?: boolean | undefined
  readonly isBranch?: boolean | undefined
  /** Bytes of the value; `NaN` for a new value of unknown size. */
  readonly size?: number | undefined
}

/**
 * The rows of one level in the order of their names, packed: about five bytes for each row, besides its name and its
 * size.
 */
export class LevelRows {
  #entries = new LeafDirectory()
  readonly #buffer = new EntryBuffer()
  /** Takes rows that come in order. They are not in `#entries` yet. */
  #tail: LeafWriter | undefined
  #tailLength = 0
  #lastName: string | undefined

  get length(): number {
    return this.#entries.size + this.#tailLength
  }

  get lastName(): string | undefined {
    return this.#lastName
  }

  /** Uses a whole level. Called while there are no rows. */
  adopt(level: PackedLevel): void {
    this.#entries = level.copy()
    this.#findLast()
  }

  /**
   * Adds children.
   * @returns Whether existing rows have other row numbers or another state now.
   */
  add(children: readonly Child[]): boolean {
    const between = new Map<string, RowPatch>()
    for (const child of children) {
      if (this.#lastName === undefined || child.name > this.#lastName) this.append(child)
      else between.set(child.name, child)
    }
    return this.patch(between)
  }

  /** Adds a child whose name sorts after all others. */
  append(child: Omit<Child, 'key'>): void {
    this.#tail ??= this.#openTail()
    const length = this.#buffer.write(child)
    this.#tail.add(this.#buffer.bytes, 0, length + 1)
    this.#tailLength++
    this.#lastName = child.name
  }

  /** Rows from `start` to `end`, as far as they exist. */
  slice(start: number, end: number): Row[] {
    const cursor = this.#settled().at(Math.max(0, start))
    const rows: Row[] = []
    for (let left = end - Math.max(0, start); left > 0 && !cursor.isEnd; left--) {
      rows.push(readEntry(cursor.bytes, cursor.start, cursor.end))
      cursor.next()
    }
    return rows
  }

  find(name: string): { readonly index: number; readonly isPresent: boolean } {
    const entries = this.#settled()
    const cursor = entries.cursor()
    const start = entryStart(name)
    cursor.seek(start)
    return { index: entries.rowOf(cursor), isPresent: cursor.startsWith(start) }
  }

  /**
   * Applies new properties.
   * @returns Whether anything changed.
   */
  patch(patches: ReadonlyMap<string, RowPatch>): boolean {
    return this.#change(patches, (row, patch) => patched(row, patch))
  }

  /** Sets the sizes of values that have none yet. */
  learnSizes(children: readonly Pick<Child, 'name' | 'size'>[]): void {
    this.#change(new Map(children.map(({ name, size }) => [name, size])), (row, size) =>
      row.isValue && row.size === undefined && size !== undefined ? { ...row, size } : row,
    )
  }

  /**
   * Replaces rows by the result of `change`.
   * @returns Whether any row changed.
   */
  #change<T>(patches: ReadonlyMap<string, T>, change: (row: LevelEntry, known: T) => LevelEntry): boolean {
    if (patches.size === 0) return false
    const entries = this.#settled()
    const cursor = entries.cursor()
    const edits: Edit[] = []
    for (const [name, known] of [...patches].sort(([a], [b]) => compareNames(a, b))) {
      const start = entryStart(name)
      cursor.seek(start)
      const isPresent = cursor.startsWith(start)
      const before = isPresent
        ? readEntry(cursor.bytes, cursor.start, cursor.end)
        : { name, isValue: false, isBranch: false }
      const after = change(before, known)
      if (isSame(before, after)) continue
      const inserts = after.isValue || after.isBranch ? this.#entryOf(after) : undefined
      edits.push({ leaf: cursor.leaf, index: cursor.index, removes: isPresent, inserts })
    }
    entries.edit(edits)
    if (edits.length > 0) this.#findLast()
    return edits.length > 0
  }

  #entryOf(row: LevelEntry): Uint8Array {
    const length = this.#buffer.write(row)
    return this.#buffer.bytes.slice(0, length)
  }

  #openTail(): LeafWriter {
    const tail = new LeafWriter(inOwnMemory)
    const last = this.#entries.takeUnfilled()
    if (last !== undefined) {
      tail.resume(last)
      this.#tailLength = last.count
    }
    return tail
  }

  /** All rows. */
  #settled(): LeafDirectory {
    if (this.#tail !== undefined) this.#entries.append(this.#tail.take())
    this.#tail = undefined
    this.#tailLength = 0
    return this.#entries
  }

  #findLast(): void {
    const { leaves } = this.#entries
    const leaf = leaves.at(-1)
    const entry = leaf?.key(leaf.count - 1)
    this.#lastName = entry && readEntry(entry, 0, entry.length).name
  }
}

function patched(
  row: LevelEntry,
  { isValue = row.isValue, isBranch = row.isBranch, size = row.size }: RowPatch,
): LevelEntry {
  const { name } = row
  const isSizeKnown = isValue && size !== undefined && !Number.isNaN(size)
  return isSizeKnown ? { name, isValue, isBranch, size } : { name, isValue, isBranch }
}

function isSame(a: LevelEntry, b: LevelEntry): boolean {
  return a.isValue === b.isValue && a.isBranch === b.isBranch && a.size === b.size
}
