import { Slices, sortInSlices } from './concurrency/slices.ts'
import { type CallOptions, type Child, DEFAULT_PAGE, type ListOptions, type ListPage } from './datastore.ts'
import { throwIfAborted } from './errors.ts'
import type { Key } from './key.ts'
import type { PackedLevel } from './key-index/packed-level.ts'
import type { Call } from './open/call.ts'
import type { Datastore } from './open/datastore.ts'
import { contextOf } from './options.ts'
import { compareNames } from './stores/sorted-names.ts'

/** @throws RangeError for a limit that is not a whole number from 0 up. */
export function pageLimit(options: ListOptions): number {
  const { limit = DEFAULT_PAGE } = options
  if (!Number.isSafeInteger(limit) || limit < 0) throw new RangeError(`A page cannot hold ${limit} children`)
  return limit
}

/** The options of a call that concern a page. */
export function listOptionsOf({ options, signal, span }: Call): ListOptions & { readonly limit: number } {
  const { after, limit = DEFAULT_PAGE, reverse, fresh } = options
  return { after, limit, reverse, fresh, signal, span }
}

/** One page of a level, for a store that has only its keys, in any order. */
export function pageOfKeys(keys: Iterable<Key>, prefix: Key, call: Call): ListPage {
  const level = new LevelOfKeys(prefix)
  for (const key of keys) level.add(key)
  return pageOf(
    [...level.children].sort((a, b) => compareNames(a.name, b.name)),
    listOptionsOf(call),
  )
}

/** The children of a level, computed from the keys at and below them, which may come in any order. */
export class LevelOfKeys {
  readonly #prefix: Key
  readonly #children = new Map<string, Child>()

  constructor(prefix: Key) {
    this.#prefix = prefix
  }

  get children(): Iterable<Child> {
    return this.#children.values()
  }

  /** Adds a key. A key outside the level is ignored. */
  add(key: Key, size?: number): void {
    const prefix = this.#prefix
    if (!prefix.isAncestorOf(key)) return
    const name = key.segments[prefix.depth] as string
    const isValue = key.depth === prefix.depth + 1
    const known = this.#children.get(name)
    this.#children.set(name, {
      name,
      key: known?.key ?? prefix.childOfCleanSegment(name),
      isValue: isValue || known?.isValue === true,
      isBranch: !isValue || known?.isBranch === true,
      size: isValue ? size : known?.size,
    })
  }

  async page(options: ListOptions): Promise<ListPage> {
    return pageOf(await inOrder(this.children), options)
  }
}

/** The number of hidden entries that a page names. */
const MAX_EXAMPLES = 10

/** What a page reports about its whole level. */
type LevelInfo = Pick<ListPage, 'hidden' | 'isPartial'>

/** What the pages of the parts of one level report about it together. */
export function levelInfoOf(pages: readonly LevelInfo[]): LevelInfo {
  return { ...hiddenIn(pages), ...(pages.some(({ isPartial }) => isPartial) && { isPartial: true }) }
}

function hiddenIn(pages: readonly LevelInfo[]): LevelInfo {
  const all = pages.flatMap(({ hidden }) => (hidden === undefined ? [] : [hidden]))
  const [first, ...others] = all
  if (first === undefined) return {}
  if (others.length === 0) return { hidden: first }
  const examples = all
    .flatMap(({ examples: some }) => some)
    .sort((a, b) => compareNames(a.name, b.name))
    .slice(0, MAX_EXAMPLES)
  return { hidden: { count: all.reduce((sum, { count }) => sum + count, 0), examples } }
}

/** The children of a level in ascending order of their names. */
export function inOrder(children: Iterable<Child>): Promise<Child[]> {
  return sortInSlices([...children], new Slices(), (a, b) => compareNames(a.name, b.name))
}

/** The page of a level whose children are all in memory, in ascending order of their names. */
export function pageOf(level: readonly Child[], options: ListOptions): ListPage {
  const limit = pageLimit(options)
  const { after, reverse = false } = options
  const ordered = reverse ? level.toReversed() : level
  const start =
    after === undefined ? 0 : ordered.findIndex(child => (reverse ? child.name < after : child.name > after))
  const children = start < 0 ? [] : ordered.slice(start, start + limit)
  const isLast = start < 0 || start + limit >= ordered.length
  const last = children.at(-1)
  return { children, total: level.length, ...(!isLast && last !== undefined && { cursor: last.name }) }
}

/** The packed levels of pages, for stores that keep levels packed. */
const packedLevels = new WeakMap<ListPage, PackedLevel>()

/**
 * Attaches the whole level to a page, so that the receiver of this page object can use it. A page that an adapter
 * derives from it is of another level.
 */
export function shareLevel(page: ListPage, level: PackedLevel): void {
  packedLevels.set(page, level)
}

/** The whole level of a page, if its store shares it. */
export function sharedLevelOf(page: ListPage): PackedLevel | undefined {
  return packedLevels.get(page)
}

/** A page of a store below, without sizes, because they are not the sizes of the values. */
export function withoutSizes(page: ListPage): ListPage {
  return { ...page, children: page.children.map(child => ({ ...child, size: undefined })) }
}

/**
 * The children of one level, page by page. Yields to the event loop now and then, because a store in memory never
 * waits.
 */
export async function* childrenOf(
  store: Pick<Datastore<unknown>, 'list'>,
  prefix: Key,
  options: Omit<ListOptions, 'limit'> & {
    readonly pageSize?: number | undefined
    readonly onPage?: ((page: ListPage) => void) | undefined
  } = {},
): AsyncIterable<Child> {
  const { pageSize: limit, onPage, ...rest } = options
  const slices = new Slices()
  let { after } = options
  do {
    if (slices.isOver) await slices.pause()
    const page = await store.list(prefix, { ...rest, after, limit })
    onPage?.(page)
    yield* page.children
    after = page.cursor
  } while (after !== undefined)
}

/** Every key with a value strictly below `prefix`, level by level, in no particular order. */
export async function* walkValues(
  store: Pick<Datastore<unknown>, 'list'>,
  prefix: Key,
  options: CallOptions,
): AsyncIterable<Child> {
  const levels = [prefix]
  for (let level = levels.pop(); level !== undefined; level = levels.pop()) {
    throwIfAborted(options.signal, 'walk', prefix)
    for await (const child of childrenOf(store, level, contextOf(options))) {
      if (child.isBranch) levels.push(child.key)
      if (child.isValue) yield child
    }
  }
}
