import { type Capabilities, Derived, weakestOf } from '../../capabilities.ts'
import { orAbort } from '../../concurrency/abortable.ts'
import type { ListOptions, ListPage, Stat, StoreStats, ValueVersion } from '../../datastore.ts'
import { AbortError, failure, inTermsOf, isNotFound, NotFoundError, reason } from '../../errors.ts'
import { Key } from '../../key.ts'
import { listOptionsOf, withoutSizes } from '../../list-page.ts'
import { after, type Call, type Maybe } from '../../open/call.ts'
import { type CopyPlace, peekThrough } from '../../open/copy-place.ts'
import type { OpenStore } from '../../open/open-store.ts'
import type { Payload } from '../../open/payload.ts'
import { StoreQuerySource } from '../../open/query-source.ts'
import { refusalError, refusedOf } from '../../open/refusals.ts'
import type { ByteStream, Found, Moved, Removed, Store, StoreInfo, Written } from '../../open/store.ts'
import { Gate } from '../../open/turns.ts'
import { statsOfParts } from '../combine.ts'
import { mergeLevel } from '../merge-level.ts'
import { endOf, followLinks, type LinkPath, Links, loopFailure, reasonOfPath } from './links.ts'

/** A call that was made on the store of the values, and its pending result. */
interface Entered<T> {
  readonly outcome: Maybe<T>
}

const MOVED = Symbol('the links were changed meanwhile')

/** The only key of the gate in which calls read links. */
const LINE = ''

/**
 * Values of one store under more than one name: the links are records of another store.
 *
 * Calls by any name of a value take effect in call order: one call at a time follows its links and is made on the store
 * of the values, which keeps the order from then on. Changes of links use the same queue. If both stores answer without
 * a promise, so does this one.
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

  /** The stat of the value that a link leads to. */
  stat(key: Key, call: Call): Maybe<Stat | undefined> {
    return this.#follow('stat', key, call, target => this.#values.stat(target, call))
  }

  write(key: Key, value: Payload, call: Call): Maybe<Written> {
    // A stream that reads the key it is put to takes its turn before the put does.
    if (value.isStream) value.hold()
    return this.#follow('put', key, call, target => this.#values.write(target, value, call))
  }

  /** Removes a link, never its target. `ifMatch` is compared with the value seen through the link. */
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
      return await this.#values.stat(endOf(await this.#pathFrom('delete', key, call)), call)
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
      // A link stays, regardless of its target.
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

  /** Makes the link at the new name before removing the old one, so that it always exists. */
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

  /** Moves a value if there are links at its old or its new name: the value hides them until they are removed. */
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
   * Makes `from` a link to `to`, in the turn of `from`.
   * @throws DatastoreError `ALREADY_EXISTS` if there is a value, or a link that must not be replaced; `CONFLICT` naming
   * the keys for a circle of links.
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
    const path = await this.#pathFrom(action, to, call.bare)
    const back = path.findIndex(key => key.equals(from))
    if (back >= 0) throw loopFailure(action, from, [from, ...path.slice(0, back + 1)])
    call.throwIfAborted(action, from)
    return this.#links.write(from, to, call.options.replace, call)
  }

  /** The target of the link at `key`, one step; `undefined` if there is no link. */
  readLink(action: string, key: Key, call: Call): Promise<Key | undefined> {
    return this.#inLine(action, key, call, () => this.#linkAt(action, key, call.bare))
  }

  list(prefix: Key, call: Call): Promise<ListPage> {
    const links = new StoreQuerySource(this.#links.store)
    // The sizes of link records are not the sizes of the linked values.
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

  /** Syncs everything, because links may lead anywhere. */
  async sync(_prefix: Key, call: Call): Promise<void> {
    await Promise.all(this.children.map(async child => child.sync(Key.root, call)))
  }

  /** Prunes the store of the values. Links are not followed. */
  prune(prefix: Key, call: Call): Maybe<void> {
    return this.#values.prune(prefix, call)
  }

  /** @throws DatastoreError `UNSUPPORTED`: a change of a value would have to be reported under each of its names. */
  watch(prefix: Key): never {
    throw failure('UNSUPPORTED', 'watch', prefix, 'a symlink store reports no changes')
  }

  /** The versions of the final target of the links of a key. */
  versions(key: Key, call: Call): Maybe<readonly ValueVersion[]> {
    return after(this.#pathFrom('look up', key, call), path => this.#values.versions(endOf(path), call))
  }

  readVersion(key: Key, id: string, call: Call): Maybe<Uint8Array | undefined> {
    return after(this.#pathFrom('look up', key, call), path =>
      this.#values.readVersion(endOf(path), id, call),
    )
  }

  /** The identity of the final target of the links of a key. */
  identity(key: Key, call: Call): Maybe<string> {
    return after(this.#pathFrom('look up', key, call), path => this.#values.identity(endOf(path), call))
  }

  /** The place of the final target. Links are read without an effect on the store that has them. */
  async copiesOf(key: Key, call: Call): Promise<readonly CopyPlace[]> {
    const path = await followLinks('find the copies of', [key], async each => {
      const target = await this.#links.peekAt('find the copies of', each, call)
      const isHidden = target !== undefined && (await peekThrough(this.#values, each, call)) !== undefined
      return isHidden ? undefined : target
    })
    return [{ type: 'below', store: this.#values, key: endOf(path) }]
  }

  /** The target of the link at a key. A value that was put directly into the store below hides the link. */
  #linkAt(action: string, key: Key, call: Call): Maybe<Key | undefined> {
    return after(
      this.#links.at(action, key, call),
      target => target && after(this.#values.has(key, call), isHidden => (isHidden ? undefined : target)),
    )
  }

  /** @throws DatastoreError `CONFLICT` if the links form a circle. */
  #pathFrom(action: string, key: Key, call: Call): Maybe<LinkPath> {
    return followLinks(action, [key], each => this.#linkAt(action, each, call))
  }

  /** Makes a call that follows links. `work` makes one call on the store of the values, without waiting. */
  #follow<T>(action: string, key: Key, call: Call, work: (target: Key) => Maybe<T>): Maybe<T> {
    const path = this.#isLineFree ? this.#pathFrom(action, key, call.bare) : undefined
    if (path === undefined || path instanceof Promise || (path.length > 1 && !this.gate.isIdle)) {
      // Until the call reaches the values, which answer an abort themselves, it has done nothing.
      return orAbort(this.#followInLine(action, key, call, work, path), call.signal, action, key)
    }
    return throughLink(action, path, work)
  }

  /** @param initial The path of links, if it was already found while no other call was reading links. */
  async #followInLine<T>(
    action: string,
    key: Key,
    call: Call,
    work: (target: Key) => Maybe<T>,
    initial?: Maybe<LinkPath>,
  ): Promise<T> {
    for (let known = initial; ; known = undefined) {
      const result = await this.#entered<T | typeof MOVED>(action, key, call, async () => {
        const path = await (known ?? this.#pathFrom(action, key, call.bare))
        call.throwIfAborted(action, key)
        return { outcome: this.#enter(action, path, call, work) }
      })
      if (result !== MOVED) return result
    }
  }

  /** Makes a call on the values, once the changes of the names on its path have ended. */
  #enter<T>(
    action: string,
    path: LinkPath,
    call: Call,
    work: (target: Key) => Maybe<T>,
  ): Maybe<T | typeof MOVED> {
    const changes = this.#changesOn(path)
    if (changes.length === 0) return throughLink(action, path, work)
    const { version } = this.#links
    return Promise.all(changes).then(() => {
      call.throwIfAborted(action, path[0])
      return this.#links.version === version ? throughLink(action, path, work) : MOVED
    })
  }

  /** The calls that hold a turn on a name of a path. */
  #changesOn([name, ...others]: LinkPath): Promise<void>[] {
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
   * Runs `work` while no other call reads links. It must not wait for calls on values. While it waits in the queue,
   * an abort answers at once; later, `work` handles the abort, so that no change of links is left half done.
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

  /** Runs `work` in the queue. Its result is awaited after the next call in the queue has started. */
  async #entered<T>(action: string, key: Key, call: Call, work: () => Promise<Entered<T>>): Promise<T> {
    const { outcome } = await this.#inLine(action, key, call, work)
    return outcome
  }
}

/** The result of `work` at the final target. A failure names the link. */
function throughLink<T>(action: string, path: LinkPath, work: (target: Key) => Maybe<T>): Maybe<T> {
  const target = endOf(path)
  if (path.length === 1) return work(target)
  const [key] = path
  const answered = (answer: T): T => {
    if (refusedOf(answer) !== 'absent') return answer
    const state = reason`its link is broken: ${reasonOfPath(path)}, and there is no such key`
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
  // The turn ends. The result belongs to the caller.
}
