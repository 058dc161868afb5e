import type { Child, ListPage } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import { IS_BRANCH, IS_VALUE } from '../../key-index/level-cursor.ts'
import { Packer, unpack } from '../../key-index/packed.ts'
import type { KeySearchOptions, SearchProgress } from '../../key-index/search/key-search.ts'
import { decodeKey, decodeText, encodeKey, encodeSegment } from '../../ordered/strata/key-bytes.ts'
import { KeyIndexWorker } from '../key-index/key-index-worker.ts'

/** Which part of a level is wanted. */
interface Page {
  readonly after: string | undefined
  readonly limit: number
  readonly reverse: boolean
}

/** What is searched for, below one key or in all. */
export interface NameSearch extends Omit<KeySearchOptions, 'under'> {
  readonly under?: Key | undefined
}

export interface NameSearchReport extends Omit<SearchProgress, 'keys'> {
  readonly keys: readonly Key[]
}

/** The keys of a store in order, in a worker. Changes go there together, before the next question. */
export class NameIndex {
  readonly #worker = new KeyIndexWorker()
  /** Changes that are not sent yet: the last one of each key. */
  #waiting = new Map<string, { readonly key: Key; readonly isThere: boolean }>()
  #isScheduled = false
  /** Resolves once the changes that were sent are made. */
  #sent = Promise.resolve()

  /** @returns Resolves once there is room for more. */
  add(packed: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#sendSoon()
    return this.#worker.add(packed)
  }

  changed(key: Key, isThere: boolean): void {
    this.#waiting.set(key.toString(), { key, isThere })
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#sendSoon()
    })
  }

  async filled(): Promise<void> {
    await this.#send()
    await this.#worker.filled()
  }

  /** Keys so far. Until all are there, one that came again may be counted again. */
  async size(): Promise<{ readonly size: number; readonly isComplete: boolean }> {
    await this.#send()
    return this.#worker.state()
  }

  async level(prefix: Key, { after, limit, reverse }: Page): Promise<ListPage> {
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

  /** Searches the keys as they are now. Of `fuzzy` each report has the best keys so far, else those found since. */
  async *search({ under, ...options }: NameSearch, signal?: AbortSignal): AsyncIterable<NameSearchReport> {
    await this.#send()
    const search = { ...options, under: under && encodeKey(under) }
    for await (const { keys, ...counts } of this.#worker.search(search, signal)) {
      yield { ...counts, keys: unpack(keys).map(decodeKey) }
    }
  }

  close(): Promise<void> {
    return this.#worker.close()
  }

  /** Sends what waits. @returns Resolves once every change that was made before is seen in answers. */
  #send(): Promise<void> {
    if (this.#waiting.size > 0) {
      const changes = [...this.#waiting.values()]
      this.#waiting = new Map()
      const keysOf = (isThere: boolean) =>
        packKeys(changes.filter(change => change.isThere === isThere).map(({ key }) => key))
      const sent = Promise.all([
        this.#sent,
        this.#worker.add(keysOf(true)),
        this.#worker.remove(keysOf(false)),
      ])
      this.#sent = sent.then(() => undefined)
    }
    return this.#sent
  }

  #sendSoon(): void {
    // A worker that has failed fails the next question too.
    this.#send().catch(() => undefined)
  }
}

/** Keys packed as layout `strata` writes them. */
export function packKeys(keys: readonly Key[]): Uint8Array<ArrayBuffer> {
  const packer = new Packer()
  for (const key of keys) packer.add(encodeKey(key))
  return packer.take()
}
