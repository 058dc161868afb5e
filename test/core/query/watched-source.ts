import type { CallOptions, ListOptions, ListPage, Stat } from '../../../src/core/datastore.ts'
import type { Key } from '../../../src/core/key.ts'
import { answer } from '../../../src/core/query/answer.ts'
import type { QuerySource } from '../../../src/core/query/entry-reader.ts'
import { parseQuery } from '../../../src/core/query/parse-query.ts'
import type { Query } from '../../../src/core/query/query.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { collect } from '../../../src/testkit/suite.ts'

/** Counts the calls that a query makes to its store. */
export class WatchedSource implements QuerySource<Uint8Array> {
  readonly store = new MemoryDatastore()
  /** Whether the listings of the store omit sizes. */
  hidesSizes = false
  readonly calls = { list: 0, listed: 0, has: 0, stat: 0, get: 0 }

  async list(prefix: Key, options?: ListOptions): Promise<ListPage> {
    this.calls.list++
    const page = await this.store.list(prefix, options)
    this.calls.listed += page.children.length
    if (!this.hidesSizes) return page
    return { ...page, children: page.children.map(child => ({ ...child, size: undefined })) }
  }

  has(key: Key, options?: CallOptions): Promise<boolean> {
    this.calls.has++
    return this.store.has(key, options)
  }

  stat(key: Key, options?: CallOptions): Promise<Stat> {
    this.calls.stat++
    return this.store.stat(key, options)
  }

  get(key: Key, options?: CallOptions): Promise<Uint8Array> {
    this.calls.get++
    return this.store.get(key, options)
  }

  /** The keys of the result, and the counted calls. */
  async ask(query: Query): Promise<{ readonly keys: readonly string[] } & Readonly<WatchedSource['calls']>> {
    Object.assign(this.calls, { list: 0, listed: 0, has: 0, stat: 0, get: 0 })
    const entries = await collect(answer(this, parseQuery(query)))
    return { keys: entries.map(({ key }) => key.toString()), ...this.calls }
  }
}
