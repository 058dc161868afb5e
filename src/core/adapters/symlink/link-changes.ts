import { spanOf } from '../../call-context.ts'
import type { BinaryDatastore, CallOptions, DeleteOptions, RenameOptions, Stat } from '../../datastore.ts'
import { failure, isNotFound, NotFoundError, throwIfAborted } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { checkPreconditions, refuseRoot } from '../../preconditions.ts'
import type { Entered, LinkCalls } from './link-calls.ts'
import type { LinkRecords } from './link-records.ts'
import { endOf, loopFailure } from './link-way.ts'

/** How a link is made. */
export interface LinkOptions extends CallOptions {
  /** May a link be replaced by another? Default true; otherwise `ALREADY_EXISTS`. A value never is. */
  readonly replace?: boolean | undefined
}

/** The calls that are about links themselves. A value comes to a name before a link there goes, for it hides the link. */
export class LinkChanges {
  readonly #store: BinaryDatastore
  readonly #links: LinkRecords
  readonly #calls: LinkCalls

  constructor(store: BinaryDatastore, links: LinkRecords, calls: LinkCalls) {
    this.#store = store
    this.#links = links
    this.#calls = calls
  }

  async link(from: Key, to: Key, { replace = true, ...options }: LinkOptions): Promise<void> {
    refuseRoot('link', from)
    refuseRoot('link to', to)
    return this.#calls.change('link', [from], options, async () => {
      if (await this.#store.has(from, options)) throw isValue('link', from)
      await this.#calls.inLine('link', from, options, async () => {
        await this.#refuseLoop('link', from, to, options)
        throwIfAborted(options.signal, 'link', from)
        await this.#links.write(from, to, { ...spanOf(options), replace })
      })
    })
  }

  delete(key: Key, options: DeleteOptions): Promise<void> {
    return this.#calls.change('delete', [key], options, async () => {
      const { outcome } = await this.#calls.inLine('delete', key, options, () => this.#delete(key, options))
      await outcome
    })
  }

  rename(from: Key, to: Key, options: RenameOptions): Promise<void> {
    return this.#calls.change('rename', from.equals(to) ? [from] : [from, to], options, async () => {
      const { outcome } = await this.#calls.inLine('rename', from, options, () =>
        this.#rename(from, to, options),
      )
      await outcome
    })
  }

  async #delete(key: Key, options: DeleteOptions): Promise<Entered<void>> {
    const link = await this.#links.read('delete', key, spanOf(options))
    throwIfAborted(options.signal, 'delete', key)
    if (link === undefined) return { outcome: this.#store.delete(key, options) }
    if (await this.#store.has(key, spanOf(options))) await this.#store.delete(key, options)
    else if (options.ifMatch !== undefined) {
      checkPreconditions('delete', key, await this.#statThrough(key, spanOf(options)), {
        ifMatch: options.ifMatch,
      })
    }
    await this.#links.remove(key, spanOf(options))
    return DONE
  }

  async #rename(from: Key, to: Key, options: RenameOptions): Promise<Entered<void>> {
    const link = await this.#calls.visibleLink('rename', from, options)
    if (link === undefined) return this.#renameValue(from, to, options)
    if (from.equals(to)) return DONE
    refuseRoot('rename to', to)
    return { outcome: this.#renameLink(from, to, link, options) }
  }

  /** The link comes to its new name first, so that it is never nowhere. */
  async #renameLink(
    from: Key,
    to: Key,
    link: Key,
    { replace = true, ...options }: RenameOptions,
  ): Promise<void> {
    const context = spanOf(options)
    if (!replace && (await this.#store.has(to, options))) throw isValue('rename', to)
    await this.#calls.inLine('rename', from, options, async () => {
      await this.#refuseLoop('rename', to, link, options)
      throwIfAborted(options.signal, 'rename', from)
      await this.#links.write(to, link, { ...context, replace })
    })
    await this.#store.delete(to, { ...context, missingOk: true })
    await this.#calls.inLine('rename', from, {}, () => this.#links.remove(from, context))
  }

  async #renameValue(from: Key, to: Key, options: RenameOptions): Promise<Entered<void>> {
    const stale: Key[] = []
    for (const key of from.equals(to) ? [] : [from, to]) {
      if ((await this.#links.read('rename', key, spanOf(options))) !== undefined) stale.push(key)
    }
    throwIfAborted(options.signal, 'rename', from)
    if (stale.length === 0) return { outcome: this.#store.rename(from, to, options) }
    return { outcome: this.#renameOver(from, to, stale, options) }
  }

  async #renameOver(from: Key, to: Key, stale: readonly Key[], options: RenameOptions): Promise<void> {
    if (options.replace === false && stale.some(key => key.equals(to))) {
      if (await this.#store.has(from, options)) throw isValue('rename', to)
      throw new NotFoundError('rename', from)
    }
    await this.#store.rename(from, to, options)
    await this.#calls.inLine('rename', from, {}, async () => {
      for (const key of stale) await this.#links.remove(key, spanOf(options))
    })
  }

  async #refuseLoop(action: string, from: Key, to: Key, options: CallOptions): Promise<void> {
    const way = await this.#calls.way(action, to, options)
    const back = way.findIndex(key => key.equals(from))
    if (back >= 0) throw loopFailure(action, from, [from, ...way.slice(0, back + 1)])
  }

  async #statThrough(key: Key, context: CallOptions): Promise<Stat | undefined> {
    try {
      return await this.#store.stat(endOf(await this.#calls.way('delete', key, context)), context)
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }
}

const DONE: Entered<void> = { outcome: Promise.resolve() }

function isValue(action: string, key: Key): Error {
  return failure('ALREADY_EXISTS', action, key, 'there is a value already')
}
