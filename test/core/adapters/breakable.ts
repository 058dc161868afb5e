import { ForwardingDatastore } from '../../../src/core/adapters/forwarding.ts'
import type {
  CallOptions,
  DeleteOptions,
  ListOptions,
  ListPage,
  PutOptions,
  PutResult,
  RangeOptions,
  Stat,
  ValueSource,
} from '../../../src/core/datastore.ts'
import { failure } from '../../../src/core/errors.ts'
import type { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'

type Verb = 'get' | 'put' | 'delete' | 'has' | 'stat' | 'list'

interface Hold {
  /** Resolves when a call has come to the hold. */
  readonly reached: Promise<void>
  /** Lets the held call go on. */
  go(): void
}

/** A memory store whose verbs can be made to fail with `IO`, or be held until told to go on. */
export class BreakableDatastore extends ForwardingDatastore<Uint8Array> {
  puts = 0
  closes = 0
  readonly #broken = new Set<Verb>()
  readonly #holds = new Map<Verb, () => Promise<void>>()

  constructor(store = new MemoryDatastore()) {
    super(store)
  }

  breakOn(...verbs: readonly Verb[]): void {
    for (const verb of verbs) this.#broken.add(verb)
  }

  mend(): void {
    this.#broken.clear()
  }

  /** Holds the next call of `verb` until told to go on. */
  holdNext(verb: Verb): Hold {
    let go: () => void = () => undefined
    const gate = new Promise<void>(resolve => {
      go = resolve
    })
    const reached = new Promise<void>(resolve => {
      this.#holds.set(verb, async () => {
        this.#holds.delete(verb)
        resolve()
        await gate
      })
    })
    return { reached, go: () => go() }
  }

  /** Whether the key was there when the store was closed; the store below stays open for the question. */
  hadAtClose(key: Key): Promise<boolean> {
    return this.child.has(key)
  }

  override async get(key: Key, options?: CallOptions): Promise<Uint8Array> {
    await this.#pass('get', key)
    return super.get(key, options)
  }

  override async *getStream(key: Key, options?: RangeOptions): AsyncIterable<Uint8Array> {
    await this.#pass('get', key)
    yield* super.getStream(key, options)
  }

  override async put(key: Key, value: ValueSource<Uint8Array>, options?: PutOptions): Promise<PutResult> {
    this.puts++
    await this.#pass('put', key)
    return super.put(key, value, options)
  }

  override async delete(key: Key, options?: DeleteOptions): Promise<void> {
    await this.#pass('delete', key)
    return super.delete(key, options)
  }

  override async has(key: Key, options?: CallOptions): Promise<boolean> {
    await this.#pass('has', key)
    return super.has(key, options)
  }

  override async stat(key: Key, options?: CallOptions): Promise<Stat> {
    await this.#pass('stat', key)
    return super.stat(key, options)
  }

  override async list(prefix: Key, options?: ListOptions): Promise<ListPage> {
    await this.#pass('list', prefix)
    return super.list(prefix, options)
  }

  override async close(): Promise<void> {
    this.closes++
  }

  async #pass(verb: Verb, key: Key): Promise<void> {
    await this.#holds.get(verb)?.()
    if (this.#broken.has(verb)) throw failure('IO', verb, key, 'the disk is on fire')
  }
}
