import { isDeepStrictEqual } from 'node:util'
import type { Capabilities, Limits } from '../core/capabilities.ts'
import type { Child, Pair } from '../core/datastore.ts'
import { DatastoreError, type ErrorCode } from '../core/errors.ts'
import { Key } from '../core/key.ts'
import type { Datastore } from '../core/open/datastore.ts'
import { expect } from './expect.ts'
import { byteSamples, jsonSamples } from './samples.ts'

/** How to create a store under test. Its capabilities declare what it supports. */
export interface SuiteOptions<V> {
  /** A new store: empty, or holding `seed` if it accepts no writes (`seed` is empty otherwise). */
  readonly create: (seed: readonly Pair<V>[]) => Promise<Datastore<V>>
  /** Removes what `create` created. Runs after each test, once every store is closed. */
  readonly destroy?: (() => Promise<void>) | undefined
  /** Opens the data of a closed store again. Required if `persistent`. */
  readonly reopen?: ((closed: Datastore<V>) => Promise<Datastore<V>>) | undefined
  /**
   * Opens the data of an open store a second time, as another process does. Required for a `persistent` store that
   * checks conditions against `everyone` or watches `all` changes.
   */
  readonly beside?: ((store: Datastore<V>) => Promise<Datastore<V>>) | undefined
  /** Two keys that map to one key below. Required if `manyToOne`. */
  readonly sameKeys?: readonly [Key, Key] | undefined
  /**
   * At least four values, all different, especially neighbours. Default: bytes, the empty ones first; plain JSON if
   * `objects`.
   */
  readonly samples?: readonly V[] | undefined
  /**
   * Whether the store can hold a hostile segment; it refuses others with `KEY_INVALID`. `undefined`: only in some keys.
   * Default: it can hold all of them.
   */
  readonly hostileSegments?: ((segment: string) => boolean | undefined) | undefined
  /** Random runs of each property. Default 20. */
  readonly runs?: number | undefined
  /** The time limit of one test in milliseconds. Default 30,000. */
  readonly timeout?: number | undefined
}

/** The functions of a test runner: `describe` and `it` of vitest, or of `node:test`. */
export interface TestRunner {
  readonly describe: (name: string, define: () => void | Promise<void>) => unknown
  readonly it: (name: string, options: { readonly timeout: number }, test: () => Promise<void>) => unknown
}

/** One store under test: opens new stores, closes them after each test, and provides sample values. */
export class Suite<V> {
  readonly describe: TestRunner['describe']
  readonly options: SuiteOptions<V>
  /** The capabilities of the stores under test. They select the tests. */
  readonly capabilities: Capabilities
  readonly samples: readonly V[]
  /** Whether values are bytes, so that streams and sizes can be tested. */
  readonly isBinary: boolean
  readonly isWritable: boolean
  readonly hasValueAndBranch: boolean
  readonly runs: number
  readonly #it: TestRunner['it']
  readonly #timeout: number
  readonly #opened: Datastore<V>[] = []

  constructor(options: SuiteOptions<V>, runner: TestRunner, capabilities: Capabilities) {
    this.options = options
    this.capabilities = capabilities
    this.describe = runner.describe
    this.#it = runner.it
    this.#timeout = options.timeout ?? 30_000
    this.isBinary = capabilities.objects !== true
    const samples: readonly unknown[] = this.isBinary
      ? byteSamples.filter(({ length }) => this.takes({ valueBytes: length }))
      : jsonSamples
    this.samples = options.samples ?? (samples as readonly V[])
    this.isWritable = capabilities.writable
    this.hasValueAndBranch = capabilities.valueAndBranch
    this.runs = options.runs ?? 20
  }

  /** A suite for the capabilities of a store with these options. */
  static async of<V>(options: SuiteOptions<V>, runner: TestRunner): Promise<Suite<V>> {
    const store = await options.create([])
    const { capabilities } = store
    await store.close()
    await options.destroy?.()
    return new Suite(options, runner, capabilities)
  }

  /** Defines a test. When it ends, the stores that it opened are closed. */
  readonly it = (name: string, test: () => Promise<void>): void => {
    this.#it(name, { timeout: this.#timeout }, async () => {
      try {
        await test()
      } finally {
        for (const store of this.#opened.splice(0)) await store.close()
        await this.options.destroy?.()
      }
    })
  }

  /** A store that holds exactly these pairs. */
  async open(pairs: readonly Pair<V>[] = []): Promise<Datastore<V>> {
    const store = await this.options.create(this.isWritable ? [] : pairs)
    this.#opened.push(store)
    if (this.isWritable) for (const { key, value } of pairs) await store.put(key, value)
    return store
  }

  /** A store that holds these keys, with the sample values in turn. */
  openWith(...texts: readonly string[]): Promise<Datastore<V>> {
    return this.open(texts.map((text, index) => ({ key: Key.parse(text), value: this.value(index) })))
  }

  async reopen(store: Datastore<V>): Promise<Datastore<V>> {
    if (this.options.reopen === undefined)
      throw new Error('This store is not persistent: it cannot be reopened')
    const reopened = await this.options.reopen(store)
    this.#opened.push(reopened)
    return reopened
  }

  /** Whether others can open the data of a store too. If not, checks against others are not tested. */
  get hasOthers(): boolean {
    return this.options.beside !== undefined || this.capabilities.persistent
  }

  /** Opens the data of an open store a second time. */
  async beside(store: Datastore<V>): Promise<Datastore<V>> {
    const { beside } = this.options
    if (beside === undefined) {
      throw new Error(
        'This store checks conditions or watches changes against other users of its data. The suite needs `beside` to test it',
      )
    }
    const other = await beside(store)
    this.#opened.push(other)
    return other
  }

  /** Whether the store accepts keys and values of this many bytes. */
  takes({ keyBytes = 0, valueBytes = 0, segmentBytes = 0 }: Limits): boolean {
    const { limits } = this.capabilities
    const within = (size: number, limit = Infinity) => size <= limit
    return (
      within(keyBytes, limits.keyBytes) &&
      within(segmentBytes, limits.segmentBytes) &&
      within(valueBytes, limits.valueBytes)
    )
  }

  /** Whether the store can hold each segment of a key. */
  readonly holds = (text: string): boolean => {
    const { hostileSegments = () => true } = this.options
    return Key.parse(text).segments.every(segment => hostileSegments(segment) === true)
  }

  /**
   * The index of the sample that equals a value; -1 for none. A store may return a Buffer for the bytes that were put.
   */
  indexOf(value: V): number {
    const plain = (one: unknown) => (one instanceof Uint8Array ? Array.from(one) : one)
    return this.samples.findIndex(sample => isDeepStrictEqual(plain(sample), plain(value)))
  }

  /** A sample value. Neighbouring indexes give different ones. */
  value(index: number): V {
    return this.samples[index % this.samples.length] as V
  }
}

/** Expects a `DatastoreError` with this code whose key and message name `key`. */
export async function expectFailure(call: Promise<unknown>, code: ErrorCode, key?: Key): Promise<void> {
  const error = await call.then(
    value => new Error(`No failure; the call returned ${String(value)}`),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(DatastoreError)
  if (!(error instanceof DatastoreError)) return
  expect({ code: error.code, key: error.key?.toString() }).toEqual({
    code,
    key: key?.toString() ?? error.key?.toString(),
  })
  expect(error.message).toMatch(/^Cannot /)
  if (key !== undefined) expect(error.message).toContain(JSON.stringify(key.toString()))
}

/** Makes a call repeatedly, aborts it a little later each time, and checks the resulting state. */
export async function abortedAtEachMoment(
  prepare: () => Promise<unknown>,
  call: (signal: AbortSignal) => Promise<unknown>,
  check: (moment: string) => Promise<unknown>,
): Promise<void> {
  const moments = [
    ...Array.from({ length: 24 }, (_, ticks) => ({ ticks, wait: () => Promise.resolve() })),
    ...[1, 2, 3, 4, 6, 8].map(ticks => ({
      ticks,
      wait: () => new Promise(resolve => setImmediate(resolve)),
    })),
  ]
  for (const [index, { ticks, wait }] of moments.entries()) {
    const abort = new AbortController()
    await prepare()
    const outcome = Promise.allSettled([call(abort.signal)])
    for (let tick = 0; tick < ticks; tick++) await wait()
    abort.abort()
    await outcome
    await check(`moment ${index}`)
  }
}

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

/** Every child of a level, read page by page, with checks that hold for every page. */
export async function listAll<V>(
  store: Datastore<V>,
  prefix: Key,
  options: { readonly limit?: number; readonly reverse?: boolean } = {},
): Promise<Child[]> {
  const children: Child[] = []
  let after: string | undefined
  do {
    const page = await store.list(prefix, { ...options, after })
    expect(page.children.length).toBeLessThanOrEqual(options.limit ?? 1000)
    if (page.cursor !== undefined) expect(page.cursor !== after, 'a cursor makes progress').toBe(true)
    children.push(...page.children)
    after = page.cursor
  } while (after !== undefined)
  return children
}

/** Every key with a value, found by walking the tree from the root. */
export async function walkKeys<V>(store: Datastore<V>, prefix: Key = Key.root): Promise<string[]> {
  const keys: string[] = []
  for (const child of await listAll(store, prefix)) {
    if (child.isValue) keys.push(child.key.toString())
    if (child.isBranch) keys.push(...(await walkKeys(store, child.key)))
  }
  return keys
}
