import type { OpenSpan } from '../adapters/trace/open-span.ts'
import type { SpanVerb } from '../adapters/trace/span.ts'
import type { Capabilities } from '../capabilities.ts'
import type { Change, Entry, ListPage, Stat, StoreStats } from '../datastore.ts'
import type { Key } from '../key.ts'
import type { Query, QueryPlan } from '../query/query.ts'
import type { Call, Maybe } from './call.ts'
import { OpenStore } from './open-store.ts'
import type { Payload } from './payload.ts'
import type {
  ByteStream,
  Found,
  Moved,
  Operation,
  Removed,
  Store,
  StoreInfo,
  StoreTransaction,
  Written,
} from './store.ts'
import { begin } from './transaction.ts'

/**
 * Where the callers of a node come in. The node above it does not: so callers can be held back while a stack changes, and
 * the nodes among themselves go on. The node tells the spans.
 */
export class Entrance extends OpenStore {
  readonly #passage: Passage

  /** @param closing What a close waits for. */
  constructor(node: OpenStore, closing?: () => Promise<void>) {
    const passage = new Passage(node, closing)
    super(passage)
    this.#passage = passage
  }

  /** What callers come into. */
  get node(): OpenStore {
    return this.#passage.node
  }

  /** Lets callers into another node from now on. */
  leadTo(node: OpenStore): void {
    this.#passage.node = node
    this.refresh()
  }

  override spanOf(verb: SpanVerb, key: Key, call: Call): OpenSpan | undefined {
    return this.node.spanOf(verb, key, call)
  }
}

/** Passes every call on to an open store as it is. */
export class Passage implements Store {
  readonly order = 'below'
  readonly lent = true
  readonly #closing: (() => Promise<void>) | undefined
  node: OpenStore

  constructor(node: OpenStore, closing?: () => Promise<void>) {
    this.node = node
    this.#closing = closing
  }

  get info(): StoreInfo {
    return this.node.info
  }

  get capabilities(): Capabilities {
    return this.node.capabilities
  }

  get children(): readonly OpenStore[] {
    return [this.node]
  }

  rewire(children: readonly OpenStore[]): void {
    this.node = children[0] ?? this.node
  }

  read(key: Key, call: Call): Maybe<Found | undefined> {
    return this.node.read(key, call)
  }

  write(key: Key, value: Payload, call: Call): Maybe<Written> {
    return this.node.write(key, value, call)
  }

  remove(key: Key, call: Call): Maybe<Removed> {
    return this.node.remove(key, call)
  }

  has(key: Key, call: Call): Maybe<boolean> {
    return this.node.has(key, call)
  }

  stat(key: Key, call: Call): Maybe<Stat | undefined> {
    return this.node.stat(key, call)
  }

  stream(key: Key, call: Call): Maybe<ByteStream | undefined> {
    return this.node.stream(key, call)
  }

  move(from: Key, to: Key, call: Call): Maybe<Moved> {
    return this.node.move(from, to, call)
  }

  batch(operations: Operation[], call: Call): Maybe<void> {
    return this.node.batch(operations, call)
  }

  begin(call: Call): Maybe<StoreTransaction> {
    return begin(this.node, call)
  }

  list(prefix: Key, call: Call): Maybe<ListPage> {
    return this.node.list(prefix, call)
  }

  query(query: Query, call: Call): AsyncIterable<Entry<Uint8Array>> {
    return this.node.query(query, call)
  }

  explain(query: Query): QueryPlan {
    return this.node.explain(query)
  }

  stats(call: Call): Maybe<StoreStats> {
    return this.node.stats(call)
  }

  sync(prefix: Key, call: Call): Maybe<void> {
    return this.node.sync(prefix, call)
  }

  prune(prefix: Key, call: Call): Maybe<void> {
    return this.node.prune(prefix, call)
  }

  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    return this.node.watch(prefix, call)
  }

  identity(key: Key, call: Call): Maybe<string> {
    return this.node.identity(key, call)
  }

  async settle(): Promise<void> {
    await this.#closing?.()
  }
}
