import { type Capabilities, Derived, weakestOf } from '../../capabilities.ts'
import { orAbort } from '../../concurrency/abortable.ts'
import type { ListOptions, ListPage, Stat, StoreStats } from '../../datastore.ts'
import { AbortError, failure, inTermsOf, isNotFound, NotFoundError, reason } from '../../errors.ts'
import { Key } from '../../key.ts'
import { listOptionsOf, withoutSizes } from '../../list-page.ts'
import { after, type Call, type Maybe } from '../../open/call.ts'
import { Gate } from '../../open/gate.ts'
import type { OpenStore } from '../../open/open-store.ts'
import type { Payload } from '../../open/payload.ts'
import { StoreQuerySource } from '../../open/query-source.ts'
import { refusalError, refusedOf } from '../../open/refusals.ts'
import type { ByteStream, Found, Moved, Removed, Store, StoreInfo, Written } from '../../open/store.ts'
import { statsOfParts } from '../combine.ts'
import { mergeLevel } from '../merge-level.ts'
import { endOf, followLinks, Links, type LinkWay, loopFailure, reasonOfWay } from './links.ts'

/** A call that has been made on the store below, and what will come of it. */
interface Entered<T> {
  readonly outcome: Maybe<T>
}

const MOVED = Symbol('the links were changed meanwhile')

/** The only key of the gate in which calls look at links. */
const LINE = ''

/**
 * Values of one store under more names than one: the links are records of another store.
 *
 * Calls by any name of a value take effect in call order: one call at a time follows its links and is made on the store
 * of the values, which keeps the order from there on. Links change in that same line. Where the answers of both stores
 * are at hand, so is the answer here.
 */
export class SymlinkStore implements Store {
  readonly order = 'below'
  readonly lent = true
  /** The turns of names: of changes of links, and of other calls of several steps. */
  readonly gate = new Gate()
  readonly #line = new Gate()
  #values: OpenStore
  readonly #links: Links
  readonly #capabilities = new Derived<Capabilities>(() => {
    const values = this.#values.capabilities
    const both = weakestOf([values, this.#links.store.capabilities])
    const { read, write, writable, limits } = values
    return { ...both, read, write, writable, limits, watch: 'none' }
  })

  constructor(values: OpenStore, links: OpenStore) {
    this.#values = values
    this.#links = new Links(links)
  }

  get info(): StoreInfo {
    return { kind: 'symlink', id: `symlink(${this.#values.info.id},${this.#links.store.info.id})` }
  }

  get capabilities(): Capabilities {
    return this.#capabilities.value
  }

  get children(): readonly OpenStore[] {
    return [this.#values, this.#links.store]
  }

  rewire([values = this.#values, links = this.#links.store]: readonly OpenStore[]): void {
    this.#values = values
    this.#links.rewire(links)
  }

  read(key: Key, call: Call): Maybe<Found | undefined> {
    return this.#follow('get', key, call, target => this.#values.read(target, call))
  }

  stream(key: Key, call: Call): Maybe<ByteStream | undefined> {
    return this.#follow('get', key, call, target => this.#values.stream(target, call))
  }

  has(key: Key, call: Call): Maybe<boolean> {
    return this.#follow('look up', key, call, target => this.#values.has(target, call))
  }

  /** Of the value that a link leads to. */
  stat(key: Key, call: Call): Maybe<Stat | undefined> {
    return this.#follow('stat', key, call, target => this.#values.stat(target, call))
  }

  write(key: Key, value: Payload, call: Call): Maybe<Written> {
    // A stream that reads the key it is put to takes its place before the put does.
    if (value.isStream) value.hold()
    return this.#follow('put', key, call, target => this.#values.write(target, value, call))
  }

  /** Removes a link, never what it leads to. `ifMatch` is judged by the value seen through the link. */
  remove(key: Key, call: Call): Maybe<Removed> {
    let link: Maybe<Key | undefined>
    if (this.#isLineFree) {
      link = this.#links.at('delete', key, call.bare)
      if (link === undefined) return this.#values.remove(key, call)
    }
    return this.#entered('delete', key, call, async () => {
      const target = await (link ?? this.#links.at('delete', key, call.bare))
      call.throwIfAborted('delete', key)
      return {
        outcome: target === undefined ? this.#values.remove(key, call) : await this.#removeLink(key, call),
      }
    })
  }

  async #removeLink(key: Key, call: Call): Promise<Removed> {
    const { ifMatch } = call.options
    if (await this.#values.has(key, call.bare)) {
      const removed = await this.#values.remove(key, call)
      if (removed === 'changed') return removed
    } else if (ifMatch !== undefined && (await this.#statThrough(key, call.bare))?.etag !== ifMatch) {
      return 'changed'
    }
    await this.#links.remove(key, call)
    return 'removed'
  }

  async #statThrough(key: Key, call: Call): Promise<Stat | undefined> {
    try {
      return await this.#values.stat(endOf(await this.#wayFrom('delete', key, call)), call)
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  /** Renames a link as a link. A link at `to` is replaced, not followed. */
  move(from: Key, to: Key, call: Call): Promise<Moved> {
    return this.#entered('rename', from, call, async () => {
      const target = await this.#linkAt('rename', from, call.bare)
      call.throwIfAborted('rename', from)
      // A link stays, wherever it leads.
      if (from.equals(to))
        return { outcome: target === undefined ? this.#values.move(from, to, call) : 'moved' }
      if (target !== undefined) return { outcome: this.#moveLink(from, to, target, call) }
      const stale: Key[] = []
      for (const key of [from, to]) {
        if ((await this.#links.at('rename', key, call.bare)) !== undefined) stale.push(key)
      }
      call.throwIfAborted('rename', from)
      if (stale.length === 0) return { outcome: this.#values.move(from, to, call) }
      return { outcome: this.#moveOver(from, to, stale, call) }
    })
  }

  /** The link comes to its new name first, so that it is never nowhere. */
  async #moveLink(from: Key, to: Key, target: Key, call: Call): Promise<Moved> {
    const { replace } = call.options
    if (!replace && (await this.#values.has(to, call.bare))) return 'exists'
    const { refused } = await this.#inLine('rename', from, call, () =>
      this.#makeLink('rename', to, target, call),
    )
    if (refused !== undefined) return refused
    await this.#values.remove(to, call.uncancelled)
    await this.#inLine('rename', from, call.uncancelled, () => this.#links.remove(from, call))
    return 'moved'
  }

  /** Moves a value where there are links at its old or its new name: the value hides them until they are removed. */
  async #moveOver(from: Key, to: Key, stale: readonly Key[], call: Call): Promise<Moved> {
    if (!call.options.replace && stale.some(key => key.equals(to))) {
      return (await this.#values.has(from, call.bare)) ? 'exists' : 'absent'
    }
    const moved = await this.#values.move(from, to, call)
    if (moved !== 'moved') return moved
    await this.#inLine('rename', from, call.uncancelled, async () => {
      for (const key of stale) await this.#links.remove(key, call)
    })
    return moved
  }

  /**
   * Makes `from` a link to `to`, inside the turn of `from`.
   * @throws DatastoreError `ALREADY_EXISTS` where there is a value, or a link that must not be replaced; `CONFLICT`
   * naming the keys for a circle of links.
   */
  async link(from: Key, to: Key, call: Call): Promise<void> {
    const hasValue = await this.#entered('link', from, call, async () => ({
      outcome: this.#values.has(from, call.bare),
    }))
    if (hasValue) throw refusalError('exists', 'link', from)
    const { refused } = await this.#inLine('link', from, call, () => this.#makeLink('link', from, to, call))
    if (refused !== undefined) throw refusalError(refused, 'link', from)
  }

  async #makeLink(action: string, from: Key, to: Key, call: Call): Promise<Written> {
    const way = await this.#wayFrom(action, to, call.bare)
    const back = way.findIndex(key => key.equals(from))
    if (back >= 0) throw loopFailure(action, from, [from, ...way.slice(0, back + 1)])
    call.throwIfAborted(action, from)
    return this.#links.write(from, to, call.options.replace, call)
  }

  /** Where the link at `key` leads, one step; `undefined` where there is no link. */
  readLink(action: string, key: Key, call: Call): Promise<Key | undefined> {
    return this.#inLine(action, key, call, () => this.#linkAt(action, key, call.bare))
  }

  list(prefix: Key, call: Call): Promise<ListPage> {
    const links = new StoreQuerySource(this.#links.store)
    // The sizes of link records are not those of the values that they lead to.
    const list = async (level: Key, options?: ListOptions) => withoutSizes(await links.list(level, options))
    return mergeLevel([new StoreQuerySource(this.#values), { list }], prefix, listOptionsOf(call))
  }

  /** Links count as entries; the bytes are those of the values. */
  stats(call: Call): Promise<StoreStats> {
    return statsOfParts([
      { stats: async () => this.#values.stats(call) },
      { stats: async () => ({ ...(await this.#links.store.stats(call)), bytes: 0 }) },
    ])
  }

  /** Syncs everything: links lead anywhere. */
  async sync(_prefix: Key, call: Call): Promise<void> {
    await Promise.all(this.children.map(async child => child.sync(Key.root, call)))
  }

  /** Where the values are, and not through links. */
  prune(prefix: Key, call: Call): Maybe<void> {
    return this.#values.prune(prefix, call)
  }

  /** @throws DatastoreError `UNSUPPORTED`: a change of a value would have to be reported under each of its names. */
  watch(prefix: Key): never {
    throw failure('UNSUPPORTED', 'watch', prefix, 'a symlink store reports no changes')
  }

  /** That of the place that the links of a key lead to. */
  identity(key: Key, call: Call): Maybe<string> {
    return after(this.#wayFrom('look up', key, call), way => this.#values.identity(endOf(way), call))
  }

  /** Where the link at a key leads. A value that was put there past this store hides the link. */
  #linkAt(action: string, key: Key, call: Call): Maybe<Key | undefined> {
    return after(
      this.#links.at(action, key, call),
      target => target && after(this.#values.has(key, call), isHidden => (isHidden ? undefined : target)),
    )
  }

  /** @throws DatastoreError `CONFLICT` when the links lead in a circle */
  #wayFrom(action: string, key: Key, call: Call): Maybe<LinkWay> {
    return followLinks(action, [key], each => this.#linkAt(action, each, call))
  }

  /** A call that follows links. `work` makes one call on the values at once. */
  #follow<T>(action: string, key: Key, call: Call, work: (target: Key) => Maybe<T>): Maybe<T> {
    const way = this.#isLineFree ? this.#wayFrom(action, key, call.bare) : undefined
    if (way === undefined || way instanceof Promise || (way.length > 1 && !this.gate.isIdle)) {
      // Until it is made on the values, which answer an abort themselves, such a call has done nothing.
      return orAbort(this.#followInLine(action, key, call, work, way), call.signal, action, key)
    }
    return throughLink(action, way, work)
  }

  /** @param begun The way, where it was looked for already and the line was free. */
  async #followInLine<T>(
    action: string,
    key: Key,
    call: Call,
    work: (target: Key) => Maybe<T>,
    begun?: Maybe<LinkWay>,
  ): Promise<T> {
    for (let known = begun; ; known = undefined) {
      const result = await this.#entered<T | typeof MOVED>(action, key, call, async () => {
        const way = await (known ?? this.#wayFrom(action, key, call.bare))
        call.throwIfAborted(action, key)
        return { outcome: this.#enter(action, way, call, work) }
      })
      if (result !== MOVED) return result
    }
  }

  /** Makes a call on the values, once the changes of the names on its way have ended. */
  #enter<T>(
    action: string,
    way: LinkWay,
    call: Call,
    work: (target: Key) => Maybe<T>,
  ): Maybe<T | typeof MOVED> {
    const changes = this.#changesOn(way)
    if (changes.length === 0) return throughLink(action, way, work)
    const { version } = this.#links
    return Promise.all(changes).then(() => {
      call.throwIfAborted(action, way[0])
      return this.#links.version === version ? throughLink(action, way, work) : MOVED
    })
  }

  /** The calls that have a turn on a name that a way leads over. */
  #changesOn([name, ...others]: LinkWay): Promise<void>[] {
    // A call that has a turn itself waits for no other, because those called later wait for it.
    if (this.gate.isIdle || this.gate.blocks(name.toString(), true)) return []
    return others
      .map(String)
      .filter(other => this.gate.blocks(other, false))
      .map(other => this.gate.read(other, nothing, nothing))
  }

  get #isLineFree(): boolean {
    return !this.#line.blocks(LINE, true)
  }

  /**
   * Runs `work` while no other call looks at links. It must not wait for calls on values. An abort answers at once while
   * it waits in line; from then on it is up to `work`, so that no change of links is left half done.
   */
  #inLine<T>(action: string, key: Key, call: Call, work: () => Maybe<T>): Promise<T> {
    const { cancel } = call
    return new Promise((resolve, reject) => {
      const stop =
        cancel?.onAbort(() => reject(new AbortError(action, { key, cause: cancel.reason }))) ?? nothing
      const begin = () => {
        stop()
        call.throwIfAborted(action, key)
        return work()
      }
      this.#line.write([LINE], begin, nothing).then(resolve, reject)
    })
  }

  /** Runs `work` in line. Its outcome is waited for after the line has gone on. */
  async #entered<T>(action: string, key: Key, call: Call, work: () => Promise<Entered<T>>): Promise<T> {
    const { outcome } = await this.#inLine(action, key, call, work)
    return outcome
  }
}

/** What `work` at the end of the way comes to, its failure told in terms of the link. */
function throughLink<T>(action: string, way: LinkWay, work: (target: Key) => Maybe<T>): Maybe<T> {
  const target = endOf(way)
  if (way.length === 1) return work(target)
  const [key] = way
  const answered = (answer: T): T => {
    if (refusedOf(answer) !== 'absent') return answer
    const state = reason`its link leads nowhere: ${reasonOfWay(way)}, and there is no such key`
    throw new NotFoundError(action, key, {}, state)
  }
  const failed = (error: unknown): never => {
    throw inTermsOf(error, below => (below.equals(target) ? key : below))
  }
  let answer: Maybe<T>
  try {
    answer = work(target)
  } catch (error) {
    return failed(error)
  }
  return answer instanceof Promise ? answer.then(answered, failed) : answered(answer)
}

function nothing(): void {
  // The turn ends; its outcome belongs to the caller.
}
