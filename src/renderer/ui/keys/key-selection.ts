import type { LevelRange, Selection } from '../../../shared/procedures/many.ts'

/** The number of keys above which a selection is sent only as ranges. */
export const MAX_CHOSEN_KEYS = 20_000

/** Names of one level that are chosen, and how many those are where that is known. */
interface ChosenRange extends LevelRange {
  readonly count: number
}

/**
 * Which keys of a tree or a table are chosen: keys one by one, and ranges of levels. "All" of a level of a million
 * children is one range. Each key stands for all that is below it too, but in a selection of values. Immutable; each
 * change gives another one.
 */
export class KeySelection {
  static readonly none = new KeySelection(new Set(), [], false)

  readonly #keys: ReadonlySet<string>
  readonly #ranges: readonly ChosenRange[]
  readonly #isValuesOnly: boolean

  private constructor(keys: ReadonlySet<string>, ranges: readonly ChosenRange[], isValuesOnly: boolean) {
    this.#keys = keys
    this.#ranges = ranges
    this.#isValuesOnly = isValuesOnly
  }

  static of(this: void, keys: Iterable<string>): KeySelection {
    return new KeySelection(new Set(keys), [], false)
  }

  /** Keys that stand for their values alone, not for what is below them. */
  static values(this: void, keys: Iterable<string>): KeySelection {
    return new KeySelection(new Set(keys), [], true)
  }

  /** All names of a level from `from` to `to`, both included; all of them where neither is given. */
  static range(
    level: string,
    names: { readonly from?: string; readonly to?: string },
    count: number,
  ): KeySelection {
    return new KeySelection(new Set(), [{ level, ...names, count }], false)
  }

  /** How many keys are chosen. */
  get count(): number {
    return this.#ranges.reduce(
      (sum, { count, except = [] }) => sum + Math.max(0, count - except.length),
      this.#keys.size,
    )
  }

  get isEmpty(): boolean {
    return this.count === 0
  }

  /** Keys that are chosen one by one, for what takes no ranges. */
  get keys(): readonly string[] {
    return [...this.#keys]
  }

  get hasRanges(): boolean {
    return this.#ranges.length > 0
  }

  has(key: string): boolean {
    return this.#keys.has(key) || this.#ranges.some(range => isIn(range, key))
  }

  /** The same with a key chosen that was not, or the other way round. */
  toggled(key: string): KeySelection {
    const keys = new Set(this.#keys)
    if (keys.delete(key)) return new KeySelection(keys, this.#ranges, this.#isValuesOnly)
    if (!this.has(key)) return new KeySelection(keys.add(key), this.#ranges, this.#isValuesOnly)
    const { name } = split(key)
    const ranges = this.#ranges.map(range =>
      isIn(range, key) ? { ...range, except: [...(range.except ?? []), name] } : range,
    )
    return new KeySelection(keys, ranges, this.#isValuesOnly)
  }

  /** As the host takes it. */
  get asSelection(): Selection {
    return {
      keys: this.keys,
      ...(this.#isValuesOnly && { isValuesOnly: true }),
      ranges: this.#ranges.map(({ level, from, to, except }) => ({
        level,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(except !== undefined && { except }),
      })),
    } as Selection
  }
}

function isIn({ level, from, to, except }: ChosenRange, key: string): boolean {
  const { prefix, name } = split(key)
  if (prefix !== level || (from !== undefined && name < from) || (to !== undefined && name > to)) return false
  return except?.includes(name) !== true
}

function split(key: string): { readonly prefix: string; readonly name: string } {
  const slash = key.lastIndexOf('/')
  return { prefix: slash === 0 ? '/' : key.slice(0, slash), name: key.slice(slash + 1) }
}
