import type { Datastore as InterfaceDatastore } from 'interface-datastore'
import { BaseDatastore } from '../base-datastore.ts'
import { assertBytes, CHUNK_SIZE, clampRange, collectBytes } from '../bytes.ts'
import { MINIMAL } from '../capabilities.ts'
import { CallGate } from '../concurrency/call-gate.ts'
import type {
  CallOptions,
  Capabilities,
  Child,
  DeleteOptions,
  ListOptions,
  ListPage,
  PutOptions,
  PutResult,
  RangeOptions,
  RenameOptions,
  Stat,
  StoreStats,
  ValueSource,
} from '../datastore.ts'
import { AbortError, failure, isAborted, NotFoundError, throwIfAborted } from '../errors.ts'
import { fnv1a64Bytes } from '../hash/fnv1a64.ts'
import type { Key } from '../key.ts'
import { pageOf } from '../list-page.ts'
import { idOfObject } from '../open/identity.ts'
import { checkPreconditions, refuseContradiction, refuseRoot } from '../preconditions.ts'
import { shownAs, toInterfaceKey } from './interface-key.ts'

/**
 * A store of the `interface-datastore` family as a store of ours. That family knows neither levels nor versions: a
 * listing asks for all keys below a prefix, and an etag is a hash of the value. Keys that there are not here (`/..`,
 * `/a//b`, the root) are not shown. A write that has begun there is seen through to its end: what an aborted one did
 * would be unknown.
 */
class FromInterfaceDatastore extends BaseDatastore<Uint8Array> {
  readonly capabilities: Capabilities = {
    ...MINIMAL,
    read: { range: false, stream: false, etag: 'content' },
    write: { ifAbsent: 'process', ifMatch: 'process', stream: false, ttl: false },
    remove: { ifMatch: 'process' },
    rename: 'copy',
    // Such a store does not tell whether its values outlive the process.
    persistent: true,
  }
  readonly #store: InterfaceDatastore
  readonly #gate = new CallGate()

  constructor(store: InterfaceDatastore) {
    super()
    this.#store = store
  }

  get(key: Key, options?: CallOptions): Promise<Uint8Array> {
    return this.#gate.read('get', key, options, () => this.#read('get', key, options))
  }

  getStream(key: Key, options: RangeOptions = {}): AsyncIterable<Uint8Array> {
    return this.#gate.readStream('get', key, options, () => this.#chunks(key, options))
  }

  async put(key: Key, value: ValueSource<Uint8Array>, options: PutOptions = {}): Promise<PutResult> {
    refuseRoot('put', key)
    refuseContradiction(options)
    assertBytes(value)
    const kept = value instanceof Uint8Array ? new Uint8Array(value) : value
    return this.#gate.write('put', [key], options, async () => {
      const bytes = kept instanceof Uint8Array ? kept : await collectBytes(kept, key, options.signal)
      throwIfAborted(options.signal, 'put', key)
      await this.#judge('put', key, options)
      await this.#write('put', key, bytes)
      return { etag: etagOf(bytes) }
    })
  }

  delete(key: Key, options: DeleteOptions = {}): Promise<void> {
    return this.#gate.write('delete', [key], options, async () => {
      await this.#judge('delete', key, { ifMatch: options.ifMatch })
      if (await this.#has(key)) return this.#remove('delete', key)
      if (options.missingOk !== true) throw new NotFoundError('delete', key)
    })
  }

  has(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#gate.read('look up', key, options, () => this.#has(key))
  }

  /** Names the place of a value, alike for every store over the same one of theirs. */
  identity(key: Key): string {
    return idOfObject('interface-datastore', this.#store) + key.toString()
  }

  stat(key: Key, options?: CallOptions): Promise<Stat> {
    return this.#gate.read('stat', key, options, async () => {
      const bytes = await this.#read('stat', key, options)
      return { size: bytes.length, etag: etagOf(bytes) }
    })
  }

  async rename(from: Key, to: Key, options: RenameOptions = {}): Promise<void> {
    refuseRoot('rename to', to)
    return this.#gate.write('rename', [from, to], options, async () => {
      const bytes = await this.#read('rename', from, options)
      if (from.equals(to)) return
      await this.#judge('rename', to, { replace: options.replace })
      await this.#write('rename', to, bytes)
      await this.#remove('rename', from)
    })
  }

  list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    return this.#gate.run('list', prefix, options, async () => {
      const children = new Map<string, Child>()
      for await (const key of this.#keysBelow(prefix, options)) {
        const name = key.segments[prefix.depth] as string
        const known = children.get(name)
        const isValue = key.depth === prefix.depth + 1
        children.set(name, {
          name,
          key: prefix.childOfCleanSegment(name),
          isValue: isValue || known?.isValue === true,
          isBranch: !isValue || known?.isBranch === true,
        })
      }
      return pageOf(
        [...children.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
        options,
      )
    })
  }

  stats(options: CallOptions = {}): Promise<StoreStats> {
    return this.#gate.run('count', undefined, options, async () => {
      let entries = 0
      let bytes = 0
      for await (const { key, value } of this.#store.query({}, signalOf(options))) {
        throwIfAborted(options.signal, 'count')
        if (shownAs(key) === undefined) continue
        entries++
        bytes += value.length
      }
      return { entries, bytes, accuracy: 'exact' }
    })
  }

  override sync(_prefix?: Key, options?: CallOptions): Promise<void> {
    return this.#gate.run('sync', undefined, options, async () => undefined)
  }

  close(): Promise<void> {
    return this.#gate.close(async () => {
      const { close } = this.#store as { close?: () => Promise<void> | void }
      await close?.call(this.#store)
    })
  }

  async *#chunks(key: Key, options: RangeOptions): AsyncIterable<Uint8Array> {
    const bytes = await this.#read('get', key, options)
    const { start, end } = clampRange(options, bytes.length)
    for (let offset = start; offset < end; offset += CHUNK_SIZE) {
      throwIfAborted(options.signal, 'get', key)
      yield bytes.slice(offset, Math.min(end, offset + CHUNK_SIZE))
    }
  }

  /**
   * Keys strictly below `prefix`. Prefixes mean other things in that family, and not the same in all of its stores
   * (datastore-fs 12 takes one for a path from the root of the disk), so all keys are asked for.
   */
  async *#keysBelow(prefix: Key, options: CallOptions): AsyncIterable<Key> {
    for await (const found of this.#store.queryKeys({}, signalOf(options))) {
      throwIfAborted(options.signal, 'list', prefix)
      const key = shownAs(found)
      if (key !== undefined && prefix.isAncestorOf(key)) yield key
    }
  }

  async #judge(
    action: string,
    key: Key,
    rules: Pick<PutOptions, 'create' | 'replace' | 'ifMatch'>,
  ): Promise<void> {
    const { create = true, replace = true, ifMatch } = rules
    if (create && replace && ifMatch === undefined) return
    const isPresent = await this.#has(key)
    const etag = isPresent && ifMatch !== undefined ? etagOf(await this.#read(action, key)) : 'unread'
    checkPreconditions(action, key, isPresent ? { etag } : undefined, rules)
  }

  async #read(action: string, key: Key, options?: CallOptions): Promise<Uint8Array> {
    throwIfAborted(options?.signal, action, key)
    // A copy: some stores of that family hand out the buffer they keep.
    return told(
      action,
      key,
      async () => new Uint8Array(await this.#store.get(toInterfaceKey(key), signalOf(options))),
    )
  }

  async #has(key: Key): Promise<boolean> {
    return told('look up', key, async () => this.#store.has(toInterfaceKey(key)))
  }

  async #write(action: string, key: Key, bytes: Uint8Array): Promise<void> {
    await told(action, key, async () => this.#store.put(toInterfaceKey(key), bytes))
  }

  async #remove(action: string, key: Key): Promise<void> {
    await told(action, key, async () => this.#store.delete(toInterfaceKey(key)))
  }
}

/** Any store of the `interface-datastore` family as a store of ours. */
export function fromInterfaceDatastore(store: InterfaceDatastore): FromInterfaceDatastore {
  return new FromInterfaceDatastore(store)
}

/** Errors of that family, in terms of ours. */
async function told<T>(action: string, key: Key, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (isAborted(cause)) throw new AbortError(action, { key, cause })
    if (isAbsence(cause)) throw new NotFoundError(action, key, { cause })
    throw failure('IO', action, key, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

/** Earlier stores of that family tell it by the code alone. */
function isAbsence(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false
  return cause.name === 'NotFoundError' || ('code' in cause && cause.code === 'ERR_NOT_FOUND')
}

function signalOf(options: CallOptions | undefined): { signal?: AbortSignal } {
  return options?.signal === undefined ? {} : { signal: options.signal }
}

function etagOf(bytes: Uint8Array): string {
  return `${bytes.length}-${fnv1a64Bytes(bytes).toString(16)}`
}
