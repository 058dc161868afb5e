import { Slices } from '../concurrency/slices.ts'
import { LeafDirectory } from './leaf-directory.ts'
import { EntryBuffer, entryStart, foldEntries, type LevelEntry, readEntry } from './level-entry.ts'
import { Runs } from './runs.ts'

/** The children of one key, in some five bytes a child beside its name. It never changes. */
export class PackedLevel {
  static readonly empty: PackedLevel = new PackedLevel(new LeafDirectory())
  readonly #entries: LeafDirectory

  constructor(entries: LeafDirectory) {
    this.#entries = entries
  }

  get size(): number {
    return this.#entries.size
  }

  /** The entries, in leaves that are shared until they are changed. */
  copy(): LeafDirectory {
    return this.#entries.copy()
  }

  /** Children strictly past a name, upwards or downwards; without one, all. */
  *entries(after?: string, reverse = false): Iterable<LevelEntry> {
    const cursor = this.#entries.cursor()
    if (after !== undefined) cursor.seek(entryStart(after, reverse ? 0 : 1))
    else if (reverse) cursor.moveTo({ leaf: this.#entries.leaves.length, index: 0 })
    if (reverse) cursor.previous()
    while (!cursor.isEnd) {
      yield readEntry(cursor.bytes, cursor.start, cursor.end)
      if (reverse) cursor.previous()
      else cursor.next()
    }
  }
}

/** Sorting this many keys takes a millisecond or two. */
const LARGEST_RUN = 2 ** 14

/** Puts together a level whose children come in any order, as values and as branches. */
export class LevelBuilder {
  readonly #runs = new Runs({ fold: foldEntries, firstRun: 1024, largestRun: LARGEST_RUN })
  readonly #slices = new Slices()
  readonly #buffer = new EntryBuffer()
  readonly #isOver = (): boolean => this.#slices.isOver

  /** Adds a child. Where this answers a promise, it has given up the thread and goes on then. */
  add(name: string, isValue: boolean): Promise<void> | undefined {
    const length = this.#buffer.write({ name, isValue, isBranch: !isValue })
    this.#runs.push(this.#buffer.bytes, 0, length)
    if (this.#runs.isFull || this.#slices.step()) return this.#work(false)
    return undefined
  }

  async finish(): Promise<PackedLevel> {
    await this.#work(true)
    return new PackedLevel(this.#runs.sorted[0] ?? new LeafDirectory())
  }

  async #work(isLast: boolean): Promise<void> {
    do if (this.#slices.isOver) await this.#slices.pause()
    while (this.#runs.step(this.#isOver, isLast))
  }
}
