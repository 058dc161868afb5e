import type { Child, ListPage } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import { IS_BRANCH, IS_VALUE } from '../../key-index/level-cursor.ts'
import { Packer, unpack } from '../../key-index/packed.ts'
import type { SearchProgress } from '../../key-index/search/key-search.ts'
import type { NameSearch } from '../../key-index/search/searchable-keys.ts'
import { decodeText, encodeKey, encodeSegment } from '../../ordered/strata/key-bytes.ts'
import { KeyIndexWorker } from '../key-index/key-index-worker.ts'

/** Changes are sent after so many milliseconds, or once there are so many: a message for each write would slow it down. */
const PAUSE = 20
const MAX_WAITING = 5000

/** A part of a level. */
interface Page {
  readonly after: string | undefined
  readonly limit: number
  readonly reverse: boolean
}

/** The keys of a store in order, in a worker. Changes are sent together, before the next request. */
export class NameIndex {
  readonly #worker = new KeyIndexWorker()
  /** Changes that are not sent yet: the last one of each key. */
  #waiting = new Map<string, { readonly key: Key; readonly isThere: boolean }>()
  #timer: NodeJS.Timeout | undefined
  /** Keys that changes have added so far. */
  #addedByChanges = 0
  /** Resolves once the sent changes are applied. */
  #sent = Promise.resolve()
  /** Requests without an answer. */
  readonly #pending = new Set<Promise<unknown>>()

  /** @returns Resolves once there is room for more. */
  add(packed: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#sendSoon()
    return this.#worker.add(packed)
  }

  changed(key: Key, isThere: boolean): void {
    this.#waiting.set(key.toString(), { key, isThere })
    if (this.#waiting.size >= MAX_WAITING) this.#sendSoon()
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#sendSoon()
    }, PAUSE).unref()
  }

  async filled(): Promise<void> {
    await this.#send()
    await this.#worker.filled()
  }

  /** The number of keys so far. Until all are found, repeated keys may be counted more than once. */
  size(): Promise<{ readonly size: number; readonly isComplete: boolean }> {
    return this.#answered(this.#send().then(() => this.#worker.state()))
  }

  /**
   * A lower bound of the number of keys, if the engine lists each key once. It does not count keys that changes have added,
   * because the engine may have listed them too.
   */
  async minSize(): Promise<number> {
    const { size } = await this.size()
    return Math.max(0, size - this.#addedByChanges)
  }

  level(prefix: Key, page: Page): Promise<ListPage> {
    return this.#answered(this.#level(prefix, page))
  }

  async #answered<T>(pending: Promise<T>): Promise<T> {
    this.#pending.add(pending)
    try {
      return await pending
    } finally {
      this.#pending.delete(pending)
    }
  }

  async #level(prefix: Key, { after, limit, reverse }: Page): Promise<ListPage> {
    await this.#send()
    const past = after === undefined ? undefined : encodeSegment(after)
    const page = await this.#worker.level(encodeKey(prefix), { after: past, limit, reverse })
    const children = unpack(page.rows).map((row): Child => {
      const name = decodeText(row.subarray(1))
      const flags = row[0] as number
      return {
        name,
        key: prefix.childOfCleanSegment(name),
        isValue: (flags & IS_VALUE) !== 0,
        isBranch: (flags & IS_BRANCH) !== 0,
      }
    })
    const last = children.at(-1)
    return { children, ...(page.hasMore && last !== undefined && { cursor: last.name }) }
  }

  /** See `SearchableKeys.search`. */
  async *search({ under, ...options }: NameSearch, signal?: AbortSignal): AsyncIterable<SearchProgress> {
    let end: () => void = () => undefined
    const ended = new Promise<void>(resolve => (end = resolve))
    this.#pending.add(ended)
    try {
      await this.#send()
      yield* this.#worker.search({ ...options, under: under && encodeKey(under) }, signal)
    } finally {
      this.#pending.delete(ended)
      end()
    }
  }

  /** Closes it once what was asked of it is answered. */
  async retire(): Promise<void> {
    await Promise.allSettled(this.#pending)
    await this.close()
  }

  close(): Promise<void> {
    clearTimeout(this.#timer)
    return this.#worker.close()
  }

  /**
   * Sends waiting changes.
   * @returns Resolves once every earlier change is visible in answers.
   */
  #send(): Promise<void> {
    if (this.#waiting.size > 0) {
      const changes = [...this.#waiting.values()]
      this.#waiting = new Map()
      const keysOf = (isThere: boolean) =>
        changes.filter(change => change.isThere === isThere).map(({ key }) => key)
      const added = keysOf(true)
      this.#addedByChanges += added.length
      const sent = Promise.all([
        this.#sent,
        this.#worker.add(packKeys(added)),
        this.#worker.remove(packKeys(keysOf(false))),
      ])
      this.#sent = sent.then(() => undefined)
    }
    return this.#sent
  }

  #sendSoon(): void {
    // If the worker has failed, the next request fails too.
    this.#send().catch(() => undefined)
  }
}

/** Keys packed as layout `strata` writes them. */
export function packKeys(keys: readonly Key[]): Uint8Array<ArrayBuffer> {
  const packer = new Packer()
  for (const key of keys) packer.add(encodeKey(key))
  return packer.take()
}
