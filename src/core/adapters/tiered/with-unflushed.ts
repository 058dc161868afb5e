import type { Child, Entry, ListOptions, ListPage, Stat } from '../../datastore.ts'
import { NotFoundError } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { childrenOf, levelInfoOf, listOptionsOf, pageLimit, walkValues } from '../../list-page.ts'
import type { Call } from '../../open/call.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { StoreQuerySource } from '../../open/query-source.ts'
import { answer } from '../../query/answer.ts'
import type { QuerySource } from '../../query/entry-reader.ts'
import { parseQuery } from '../../query/parse-query.ts'
import { answerOfParts, queryOfPart } from '../../query/parts.ts'
import type { Query } from '../../query/query.ts'
import { LevelIndex } from '../../stores/level-index.ts'
import { type Snapshot, statOfWrite, type UnflushedPut } from './unflushed.ts'

/**
 * The result of a query on `store` as if `snapshot` were flushed: two parts, where the unflushed one takes precedence
 * for its keys.
 */
export function queryWithUnflushed(
  store: OpenStore,
  snapshot: Snapshot,
  query: Query,
  call: Call,
): AsyncIterable<Entry<Uint8Array>> {
  const part = queryOfPart(query)
  // Of the store's entries, at most as many as there are unflushed writes are dropped.
  const limit =
    part.limit === undefined ? undefined : Math.min(part.limit + snapshot.size, Number.MAX_SAFE_INTEGER)
  const kept = without(store.query({ ...part, limit }, call), snapshot)
  const { signal, span } = call
  const own = answer(new UnflushedView(snapshot), parseQuery(part), { signal, span })
  return answerOfParts(query, [kept, own])
}

async function* without(
  entries: AsyncIterable<Entry<Uint8Array>>,
  snapshot: Snapshot,
): AsyncIterable<Entry<Uint8Array>> {
  for await (const entry of entries) if (!snapshot.has(entry.key.toString())) yield entry
}

/**
 * One page of a level of `store` as if `snapshot` were flushed. Reads pages of the store until the page is full. A
 * branch in which values will be deleted is walked until one is found that stays.
 */
export async function listWithUnflushed(
  store: OpenStore,
  snapshot: Snapshot,
  prefix: Key,
  call: Call,
): Promise<ListPage> {
  const source = new StoreQuerySource(store)
  const { signal, span } = call
  const options = listOptionsOf(call)
  const { after, reverse } = options
  // One more than requested shows whether there is a next page.
  const limit = Math.min(options.limit, Number.MAX_SAFE_INTEGER - 1)
  const isBefore = (a: string, b: string) => (reverse === true ? a > b : a < b)
  const added = await new UnflushedView(snapshot).list(prefix, { ...options, limit: limit + 1 })
  const waiting = added.children.toReversed()
  const children: Child[] = []
  let levelInfo: ReturnType<typeof levelInfoOf> = {}
  const onPage = (one: ListPage): void => {
    levelInfo = levelInfoOf([one])
  }
  const below = childrenOf(source, prefix, { signal, span, after, reverse, pageSize: limit + 1, onPage })
  for await (const stored of below) {
    for (let next = waiting.at(-1); next !== undefined && isBefore(next.name, stored.name); ) {
      children.push(next)
      waiting.pop()
      next = waiting.at(-1)
    }
    const own = waiting.at(-1)?.name === stored.name ? waiting.pop() : undefined
    const child = await united(stored, own)
    if (child !== undefined) children.push(child)
    if (children.length > limit) break
  }
  children.push(...waiting.toReversed())
  const page = children.slice(0, limit)
  const isLast = children.length <= limit
  const isWhole = after === undefined && isLast
  return {
    children: page,
    ...(!isLast && limit > 0 && { cursor: page.at(-1)?.name }),
    ...(isWhole && { total: page.length }),
    ...levelInfo,
  }

  /** The child that results from the store and the unflushed writes together; `undefined` if nothing is left of it. */
  async function united(stored: Child, own: Child | undefined): Promise<Child | undefined> {
    const write = snapshot.get(stored.key.toString())
    const isBranch = own?.isBranch === true || (stored.isBranch && (await isLeft(stored.key)))
    if (write === undefined) return stored.isValue || isBranch ? { ...stored, isBranch } : undefined
    const unknown = { size: undefined, mtime: undefined }
    if (write.type === 'put') {
      return { ...stored, ...unknown, isValue: true, isBranch, size: write.found.bytes.length }
    }
    return isBranch ? { ...stored, ...unknown, isValue: false, isBranch } : undefined
  }

  /** Whether a value below `key` stays. */
  async function isLeft(key: Key): Promise<boolean> {
    const isTouched = [...snapshot.values()].some(
      write => write.type === 'delete' && key.isAncestorOf(write.key),
    )
    if (!isTouched) return true
    for await (const child of walkValues(source, key, { signal, span })) {
      if (snapshot.get(child.key.toString())?.type !== 'delete') return true
    }
    return false
  }
}

/** The puts of a snapshot as a store, as far as queries and listings need one. */
class UnflushedView implements QuerySource<Uint8Array> {
  readonly #snapshot: Snapshot
  readonly #index = new LevelIndex()

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot
    const entered = new Set<string>()
    for (const [text, { type }] of snapshot) {
      if (type === 'delete') continue
      this.#index.add(text, above => entered.has(above))
      entered.add(text)
    }
  }

  async get(key: Key): Promise<Uint8Array> {
    return new Uint8Array(this.#put('get', key).found.bytes)
  }

  async has(key: Key): Promise<boolean> {
    return this.#snapshot.get(key.toString())?.type === 'put'
  }

  async stat(key: Key): Promise<Stat> {
    return statOfWrite(this.#put('stat', key)) as Stat
  }

  async list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    return this.#index.page(prefix, pageLimit(options), options, text => {
      const write = this.#snapshot.get(text)
      return write?.type === 'put' ? write.found.bytes.length : undefined
    })
  }

  #put(action: string, key: Key): UnflushedPut {
    const write = this.#snapshot.get(key.toString())
    if (write?.type !== 'put') throw new NotFoundError(action, key)
    return write
  }
}
