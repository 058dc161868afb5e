import { type Capabilities } from '../../src/core/capabilities.ts'
import type { Change, Entry, ListPage, Stat, StoreStats } from '../../src/core/datastore.ts'
import { hasCode, isNotFound } from '../../src/core/errors.ts'
import type { Key } from '../../src/core/key.ts'
import { streamFromFirst } from '../../src/core/layers/layer.ts'
import { listOptionsOf } from '../../src/core/list-page.ts'
import type { Call, Maybe } from '../../src/core/open/call.ts'
import { type Datastore, Datastore as DatastoreClass, openStoreOf } from '../../src/core/open/datastore.ts'
import type { Payload } from '../../src/core/open/payload.ts'
import { REFUSALS } from '../../src/core/open/refusals.ts'
import type {
  ByteStream,
  Found,
  Moved,
  Removed,
  Store,
  StoreInfo,
  Written,
} from '../../src/core/open/store.ts'
import type { Query, QueryPlan } from '../../src/core/query/query.ts'

let lastId = 0

/**
 * Wraps a datastore as a store that makes only its public calls, so that the overrides of a test double take effect.
 */
export class CalledStore implements Store {
  readonly info: StoreInfo
  readonly order = 'below'
  readonly lent = true
  readonly #old: Datastore

  constructor(old: Datastore) {
    this.#old = old
    this.info = { kind: old.constructor.name, id: `called:${++lastId}` }
  }

  get capabilities(): Capabilities {
    const { capabilities } = this.#old
    return { ...capabilities, write: { ...capabilities.write, ttl: false } }
  }

  read(key: Key, call: Call): Promise<Found | undefined> {
    const { fresh } = call.options
    return this.#old
      .get(key, { ...contextOf(call), fresh })
      .then(bytes => ({ bytes, shared: false, etag: '' }), absent)
  }

  has(key: Key, call: Call): Promise<boolean> {
    return this.#old.has(key, contextOf(call))
  }

  stat(key: Key, call: Call): Promise<Stat | undefined> {
    return this.#old.stat(key, contextOf(call)).catch(absent)
  }

  async stream(key: Key, call: Call): Promise<ByteStream | undefined> {
    const { fresh, start, end } = call.options
    const options = { ...contextOf(call), fresh, start, end }
    const chunks = this.#old.getStream(key, options)[Symbol.asyncIterator]()
    try {
      return streamFromFirst(await chunks.next(), chunks)
    } catch (error) {
      absent(error)
      return
    }
  }

  write(key: Key, value: Payload, call: Call): Promise<Written> {
    const { create, replace, ifMatch } = call.options
    const source = value.isStream ? value.take() : value.bytes
    return this.#old
      .put(key, source, { ...contextOf(call), create, replace, ifMatch })
      .catch((error: unknown) => refusal(error, call))
  }

  remove(key: Key, call: Call): Promise<Removed> {
    const { ifMatch } = call.options
    return this.#old.delete(key, { ...contextOf(call), ifMatch }).then(
      () => 'removed',
      (error: unknown) => {
        if (isNotFound(error)) return 'absent'
        if (hasCode(error, 'CONFLICT') && ifMatch !== undefined) return 'changed'
        throw error
      },
    )
  }

  move(from: Key, to: Key, call: Call): Promise<Moved> {
    const { replace } = call.options
    return this.#old.rename(from, to, { ...contextOf(call), replace }).then(
      () => 'moved',
      (error: unknown) => {
        if (isNotFound(error)) return 'absent'
        if (hasCode(error, 'ALREADY_EXISTS')) return 'exists'
        throw error
      },
    )
  }

  list(prefix: Key, call: Call): Promise<ListPage> {
    return this.#old.list(prefix, listOptionsOf(call))
  }

  stats(call: Call): Promise<StoreStats> {
    return this.#old.stats(contextOf(call))
  }

  sync(prefix: Key, call: Call): Promise<void> {
    return this.#old.sync(prefix, contextOf(call))
  }

  prune(prefix: Key, call: Call): Promise<void> {
    return this.#old.prune(prefix, contextOf(call))
  }

  query(query: Query, call: Call): AsyncIterable<Entry<Uint8Array>> {
    return this.#old.query(query, { ...contextOf(call), scan: true })
  }

  explain(query: Query): QueryPlan {
    return this.#old.explainQuery(query)
  }

  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    return this.#old.watch(prefix, contextOf(call))
  }

  identity(key: Key): Maybe<string> {
    if (this.#old instanceof DatastoreClass) return openStoreOf(this.#old).identity(key)
    return this.info.id + key.toString()
  }

  close(): Promise<void> {
    return this.#old.close()
  }
}

function contextOf({ signal, span }: Call) {
  return { signal, span }
}

/** Maps NotFoundError to `undefined` and rethrows every other error. */
function absent(error: unknown): undefined {
  if (isNotFound(error) && error.reason[0] === REFUSALS.absent.state) return undefined
  throw error
}

function refusal(error: unknown, { options }: Call): Written {
  if (isNotFound(error) && !options.create) return { refused: 'absent' }
  if (hasCode(error, 'ALREADY_EXISTS') && !options.replace) return { refused: 'exists' }
  if (hasCode(error, 'CONFLICT') && options.ifMatch !== undefined) return { refused: 'changed' }
  throw error
}
