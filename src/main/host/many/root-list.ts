import type { BinaryDatastore } from '../../../core/datastore.ts'
import { Key } from '../../../core/key.ts'
import type { Selection } from '../../../shared/procedures/many.ts'
import { rootsOf } from './roots.ts'

/** A root by its key, and whether nothing below it is part of the selection. */
export interface ListedRoot {
  readonly key: Key
  readonly isLeaf: boolean
}

/**
 * The roots of a selection as they were when an action began, in key order. Without it, an action that creates names in
 * the store that it reads would find keys that it created itself. Takes about 100 bytes of memory for each root.
 */
export class RootList {
  readonly #keys: readonly string[]
  readonly #leaves: ReadonlySet<string>

  private constructor(keys: readonly string[], leaves: ReadonlySet<string>) {
    this.#keys = keys
    this.#leaves = leaves
  }

  static async read(store: BinaryDatastore, selection: Selection, signal: AbortSignal): Promise<RootList> {
    const roots: ListedRoot[] = []
    for await (const { key, isLeaf } of rootsOf(store, selection, signal)) roots.push({ key, isLeaf })
    roots.sort((a, b) => Key.compare(a.key, b.key))
    const leaves = roots.filter(({ isLeaf }) => isLeaf)
    return new RootList(roots.map(textOf), new Set(leaves.map(textOf)))
  }

  /** Parses the result of `toText`. */
  static parse(text: string): RootList {
    const { branches, leaves } = JSON.parse(text) as { branches: string[]; leaves: string[] }
    const keys = [...branches, ...leaves].map(Key.parse).sort(Key.compare)
    return new RootList(
      keys.map(key => key.toString()),
      new Set(leaves),
    )
  }

  toText(): string {
    const branches = this.#keys.filter(key => !this.#leaves.has(key))
    return JSON.stringify({ branches, leaves: [...this.#leaves] })
  }

  get length(): number {
    return this.#keys.length
  }

  at(index: number): ListedRoot {
    const text = this.#keys[index] as string
    return { key: Key.parse(text), isLeaf: this.#leaves.has(text) }
  }

  /** -1 for a key that is not a root. */
  indexOf(key: Key): number {
    let [low, high] = [0, this.#keys.length - 1]
    while (low <= high) {
      const middle = (low + high) >>> 1
      const order = Key.compare(Key.parse(this.#keys[middle] as string), key)
      if (order === 0) return middle
      if (order < 0) low = middle + 1
      else high = middle - 1
    }
    return -1
  }
}

function textOf({ key }: ListedRoot): string {
  return key.toString()
}
