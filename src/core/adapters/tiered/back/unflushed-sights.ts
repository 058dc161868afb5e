import type { CallOptions, Datastore, Entry, ListOptions, ListPage, StoreStats } from '../../../datastore.ts'
import type { Key } from '../../../key.ts'
import { parseQuery } from '../../../query/parse-query.ts'
import { clausesAfterMerge } from '../../../query/parts.ts'
import type { Query, QueryOptions, QueryPlan } from '../../../query/query.ts'
import type { DirectMode } from '../direct-mode.ts'
import { listWithUnflushed } from './list-with-unflushed.ts'
import type { OwnEtags } from './own-etags.ts'
import { queryWithUnflushed } from './query-with-unflushed.ts'
import type { Unflushed } from './unflushed.ts'

/** The calls that look at many keys at once: what the last tier says, with what is unflushed laid over it. */
export class UnflushedSights<V> {
  readonly #last: Datastore<V>
  readonly #direct: DirectMode<V>
  readonly #unflushed: Unflushed<V>
  readonly #etags: OwnEtags

  constructor(last: Datastore<V>, direct: DirectMode<V>, unflushed: Unflushed<V>, etags: OwnEtags) {
    this.#last = last
    this.#direct = direct
    this.#unflushed = unflushed
    this.#etags = etags
  }

  list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    if (this.#unflushed.entries === 0) return this.#direct.list(prefix, options)
    return listWithUnflushed(this.#last, this.#unflushed.snapshot(), prefix, options)
  }

  query(query: Query, options: QueryOptions = {}): AsyncIterable<Entry<V>> {
    parseQuery(query)
    return this.#answer(query, options)
  }

  explainQuery(query: Query): QueryPlan {
    const plan = this.#direct.explainQuery(query)
    return this.#unflushed.entries === 0 ? plan : { ...plan, native: clausesAfterMerge(query) }
  }

  /** Which of the unflushed writes make a difference to the figures is not known before they are flushed. */
  async stats(options?: CallOptions): Promise<StoreStats> {
    const isFlushed = this.#unflushed.entries === 0
    const stats = await this.#direct.stats(options)
    return isFlushed || stats.accuracy === 'unknown' ? stats : { ...stats, accuracy: 'approximate' }
  }

  async *#answer(query: Query, options: QueryOptions): AsyncIterable<Entry<V>> {
    const answer =
      this.#unflushed.entries === 0
        ? this.#direct.query(query, options)
        : queryWithUnflushed(this.#last, this.#unflushed.snapshot(), query, options)
    for await (const entry of answer) {
      const { key, stat } = entry
      yield stat === undefined ? entry : { ...entry, stat: this.#etags.translated(key, stat) }
    }
  }
}
