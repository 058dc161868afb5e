import { spanOf } from '../../call-context.ts'
import { orAbort } from '../../concurrency/abortable.ts'
import { WriteQueue } from '../../concurrency/write-queue.ts'
import type { BinaryDatastore, CallOptions } from '../../datastore.ts'
import { inTermsOf, isNotFound, NotFoundError, reason, throwIfAborted } from '../../errors.ts'
import { Key } from '../../key.ts'
import type { LinkRecords } from './link-records.ts'
import { endOf, followLinks, type LinkWay, reasonOfWay } from './link-way.ts'

/** A call that has taken its place in the store below, and what will come of it. */
export interface Entered<T> {
  readonly outcome: Promise<T>
}

const MOVED = Symbol('the links were changed meanwhile')

/**
 * Puts calls by any name of a value in call order: one call at a time finds out where its key leads and takes its
 * place in the store below, before the next one is looked at. Links change in that same line.
 */
export class LinkCalls {
  readonly #store: BinaryDatastore
  readonly #links: LinkRecords
  readonly #turns = new WriteQueue()
  readonly #line = new WriteQueue()

  constructor(store: BinaryDatastore, links: LinkRecords) {
    this.#store = store
    this.#links = links
  }

  /** A call that follows links; `work` calls the store below at once. */
  async follow<T>(
    action: string,
    key: Key,
    options: CallOptions,
    work: (target: Key) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      const { outcome } = await this.inLine(action, key, options, () =>
        this.#enter(action, key, options, work),
      )
      const result = await outcome
      if (result !== MOVED) return result
    }
  }

  /** A call that is about the names themselves: no call on them that is made later begins before it has ended. */
  async change<T>(
    action: string,
    keys: readonly [Key, ...Key[]],
    options: CallOptions,
    work: () => Promise<T>,
  ): Promise<T> {
    const { outcome } = await this.inLine(action, keys[0], options, async () => ({
      outcome: this.#turns.write(keys, work),
    }))
    return outcome
  }

  /** Runs `work` while nobody looks at links. It must not wait for calls on values. */
  inLine<T>(action: string, key: Key, { signal }: CallOptions, work: () => Promise<T>): Promise<T> {
    return this.#line.write([Key.root], async () => {
      throwIfAborted(signal, action, key)
      return work()
    })
  }

  /** Where the link at `key` leads, one step, in call order. */
  async read(action: string, key: Key, options: CallOptions): Promise<Key | undefined> {
    const look = () => this.inLine(action, key, options, () => this.visibleLink(action, key, options))
    const { outcome } = await this.inLine(action, key, options, async () => ({
      outcome: this.#turns.follow(key, look),
    }))
    return outcome
  }

  /** @throws DatastoreError `CONFLICT` when the links lead in a circle */
  way(action: string, key: Key, options: CallOptions): Promise<LinkWay> {
    return orAbort(
      followLinks(action, key, each => this.visibleLink(action, each, spanOf(options))),
      options.signal,
      action,
      key,
    )
  }

  /** Where the link at a key leads. A value that was put there past this store hides the link. */
  visibleLink(action: string, key: Key, options: CallOptions): Promise<Key | undefined> {
    return orAbort(this.#unhidden(action, key, spanOf(options)), options.signal, action, key)
  }

  async #unhidden(action: string, key: Key, context: CallOptions): Promise<Key | undefined> {
    const target = await this.#links.read(action, key, context)
    return target === undefined || (await this.#store.has(key, context)) ? undefined : target
  }

  async #enter<T>(
    action: string,
    key: Key,
    options: CallOptions,
    work: (target: Key) => Promise<T>,
  ): Promise<Entered<T | typeof MOVED>> {
    const way = await this.way(action, key, options)
    throwIfAborted(options.signal, action, key)
    const { version } = this.#links
    const target = endOf(way)
    const call = async (): Promise<T | typeof MOVED> => {
      if (this.#links.version !== version) return MOVED
      return way.length === 1 ? work(target) : throughLink(action, way, work(target))
    }
    // Whatever name on the way is being changed, the call comes after that.
    return { outcome: way.reduceRight((next, name) => () => this.#turns.follow(name, next), call)() }
  }
}

/** What `work` at the end of the way comes to, its failure told in terms of the link. */
async function throughLink<T>(action: string, way: LinkWay, work: Promise<T>): Promise<T> {
  const [key] = way
  const target = endOf(way)
  try {
    return await work
  } catch (error) {
    if (!isNotFound(error)) throw inTermsOf(error, below => (below.equals(target) ? key : below))
    const state = reason`its link leads nowhere: ${reasonOfWay(way)}, and there is no such key`
    throw new NotFoundError(action, key, { cause: error }, state)
  }
}
