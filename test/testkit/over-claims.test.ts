import { afterAll, expect, it } from 'vitest'
import { KeyTransformDatastore, lowercase } from '../../src/core/adapters/transform/key-transform.ts'
import { TransformedDatastore } from '../../src/core/adapters/transformed.ts'
import { type Capabilities, MINIMAL } from '../../src/core/capabilities.ts'
import type { Entry, Pair, ValueVersion } from '../../src/core/datastore.ts'
import { failure } from '../../src/core/errors.ts'
import { Key } from '../../src/core/key.ts'
import { pageOfKeys } from '../../src/core/list-page.ts'
import { FsDatastore } from '../../src/core/node/fs/fs-datastore.ts'
import { Call } from '../../src/core/open/call.ts'
import { Datastore, openStoreOf } from '../../src/core/open/datastore.ts'
import type { Payload } from '../../src/core/open/payload.ts'
import { checkConditions } from '../../src/core/open/refusals.ts'
import type { Found, Moved, Operation, Removed, Store, Written } from '../../src/core/open/store.ts'
import { planOf } from '../../src/core/query/plan.ts'
import type { Query } from '../../src/core/query/query.ts'
import { gzip } from '../../src/core/serializers/gzip.ts'
import { json } from '../../src/core/serializers/json.ts'
import { MemoryDatastore } from '../../src/core/stores/memory.ts'
import { flagsOf } from '../../src/testkit/capabilities.ts'
import { describeDatastore } from '../../src/testkit/describe-datastore.ts'
import type { SuiteOptions } from '../../src/testkit/suite.ts'
import { openedAt } from '../contract/describe-datastore.ts'
import { TempRoots } from '../core/node/fs/temp-root.ts'

/** The name of each flag: `read.range`. */
type Flag = {
  [Name in keyof Capabilities]-?: NonNullable<Capabilities[Name]> extends object
    ? `${Name}.${string & keyof NonNullable<Capabilities[Name]>}`
    : Name
}[Exclude<keyof Capabilities, 'whyReadOnly'>]

/** How the suite tests a flag, or one of its grades. */
interface Row {
  readonly grade?: string
  /**
   * Prefixes of test names: of the tests that prove the flag, and of those that run if it is not declared.
   */
  readonly proves: string
  readonly otherwise: string
  /** A store that declares the flag and does not have the ability: the proof fails. */
  readonly overClaim: SuiteOptions<never>
  /** A similar store that does not declare the flag: the other test passes. */
  readonly honest: SuiteOptions<never>
  /** A store with the ability: the proof passes. */
  readonly able: SuiteOptions<never>
}

interface Claims extends Partial<Omit<Capabilities, 'read' | 'write'>> {
  readonly read?: Partial<Capabilities['read']>
  readonly write?: Partial<Capabilities['write']>
}

const declaring = (claims: Claims): Capabilities => ({
  ...MINIMAL,
  ...claims,
  read: { ...MINIMAL.read, ...claims.read },
  write: { ...MINIMAL.write, ...claims.write },
})

/** Four calls over a map, with any declared capabilities. */
class ClaimingStore implements Store {
  readonly info = { kind: 'claiming', id: `claiming:${Math.random()}` }
  readonly capabilities: Capabilities
  readonly values: Map<string, Found>
  #version = 0

  constructor(claims: Claims = {}, values = new Map<string, Found>()) {
    this.capabilities = declaring(claims)
    this.values = values
  }

  read(key: Key): Found | undefined {
    return this.values.get(key.toString())
  }

  write(key: Key, value: Payload): Written | Promise<Written> {
    return this.keep(key, value.bytes)
  }

  keep(key: Key, bytes: Uint8Array, etag = `${this.info.id}.${++this.#version}`, expires?: number): Written {
    this.values.set(key.toString(), { bytes, shared: true, etag, expires })
    return { etag }
  }

  remove(key: Key): Removed | Promise<Removed> {
    return this.values.delete(key.toString()) ? 'removed' : 'absent'
  }

  list(prefix: Key, call: Call) {
    return pageOfKeys([...this.values.keys()].map(Key.parse), prefix, call)
  }
}

/** Refuses the writes that it declares to accept. */
class ReadOnlyStore extends ClaimingStore {
  override write(key: Key): never {
    throw failure('READ_ONLY', 'put', key, 'the server is read-only')
  }
}

class WholeStreamStore extends ClaimingStore {
  stream(key: Key): Iterable<Uint8Array> | undefined {
    const found = this.read(key)
    return found && [new Uint8Array(found.bytes)]
  }
}

class ContentTagStore extends ClaimingStore {
  override write(key: Key, value: Payload) {
    return this.keep(key, value.bytes, `content.${Buffer.from(value.bytes).toString('base64')}`)
  }
}

/**
 * Checks conditions by itself, then waits, then writes, so only calls through the same open store are in
 * order.
 */
class OwnJudgingStore extends ClaimingStore {
  override async write(key: Key, value: Payload, call = Call.plain): Promise<Written> {
    const refused = checkConditions(this.read(key)?.etag, call.options)
    await soon()
    return refused === undefined ? this.keep(key, value.bytes) : { refused }
  }

  override async remove(key: Key, call = Call.plain): Promise<Removed> {
    const { ifMatch } = call.options
    const found = this.read(key)
    await soon()
    if (found === undefined) return 'absent'
    if (ifMatch !== undefined && found.etag !== ifMatch) return 'changed'
    this.values.delete(key.toString())
    return 'removed'
  }
}

class NeverExpiringStore extends ClaimingStore {
  override write(key: Key, value: Payload, call = Call.plain) {
    const { ttl } = call.options
    return this.keep(key, value.bytes, undefined, ttl === undefined ? undefined : Date.now() + ttl)
  }
}

class CopyingStore extends ClaimingStore {
  async move(from: Key, to: Key, call: Call): Promise<Moved> {
    const found = this.read(from)
    if (found === undefined) return 'absent'
    if (!call.options.replace && this.read(to) !== undefined) return 'exists'
    this.keep(to, found.bytes)
    await soon()
    call.throwIfAborted('rename', from)
    this.values.delete(from.toString())
    return 'moved'
  }
}

/** Applies a whole batch at once, up to `most` operations. */
class AtomicBatchStore extends ClaimingStore {
  most = Number.POSITIVE_INFINITY

  batch(operations: Operation[]): void {
    if (operations.length > this.most) throw failure('IO', 'commit a batch', undefined, 'too much at once')
    for (const one of operations) {
      if (one.type === 'put') this.keep(one.key, one.bytes)
      else void this.remove(one.key)
    }
    operations.length = 0
  }
}

class DeletesLastStore extends ClaimingStore {
  batch(operations: Operation[]): void {
    for (const one of operations) if (one.type === 'put') this.keep(one.key, one.bytes)
    for (const one of operations) if (one.type === 'delete') void this.remove(one.key)
    operations.length = 0
  }
}

class StepByStepStore extends ClaimingStore {
  async batch(operations: Operation[], call: Call): Promise<void> {
    for (let one = operations[0]; one !== undefined; one = operations[0]) {
      call.throwIfAborted('commit a batch')
      if (one.type === 'put') this.keep(one.key, one.bytes)
      else void this.remove(one.key)
      operations.shift()
      await soon()
    }
  }
}

/** A transaction that writes immediately. */
class EagerTransactionStore extends ClaimingStore {
  begin() {
    return { store: new ClaimingStore({}, this.values), commit: () => true, rollback: () => undefined }
  }
}

/** A transaction that does not check whether what it read has changed. */
class BlindTransactionStore extends ClaimingStore {
  begin() {
    const own = new ClaimingStore({}, new Map(this.values))
    const before = new Map(this.values)
    const commit = () => {
      for (const [key, found] of own.values) if (before.get(key) !== found) this.values.set(key, found)
      for (const key of before.keys()) if (!own.values.has(key)) this.values.delete(key)
      return true
    }
    return { store: own, commit, rollback: () => undefined }
  }
}

class CarelessQueryStore extends ClaimingStore {
  async *query(): AsyncIterable<Entry<Uint8Array>> {
    for (const [text, { bytes }] of this.values) yield { key: Key.parse(text), value: bytes }
  }
}

class ScanningStore extends ClaimingStore {
  explain(query: Query) {
    return planOf('scanning', query, () => false)
  }
}

class UnwatchableStore extends ClaimingStore {
  // biome-ignore lint/correctness/useYield: it fails before it has anything to report
  async *watch(prefix: Key): AsyncIterable<never> {
    throw failure('UNSUPPORTED', 'watch', prefix, 'the server does not report changes')
  }
}

/** Reports its own changes, and not those of others. */
class OwnChangesStore extends ClaimingStore {
  readonly #hub = new Datastore(new ClaimingStore())

  override write(key: Key, value: Payload) {
    void this.#hub.put(key, value.bytes)
    return super.write(key, value)
  }

  override remove(key: Key) {
    void this.#hub.delete(key, { missingOk: true })
    return super.remove(key)
  }

  watch(prefix: Key, { signal }: Call) {
    return this.#hub.watch(prefix, { signal })
  }
}

/** Keeps earlier versions. */
class KeepingStore extends ClaimingStore {
  readonly #kept = new Map<string, (ValueVersion & { readonly bytes: Uint8Array })[]>()

  override write(key: Key, value: Payload) {
    const kept = this.#kept.get(key.toString()) ?? []
    const version = { id: String(kept.length), time: Date.now(), isValue: true, bytes: value.keep() }
    this.#kept.set(key.toString(), [version, ...kept])
    return super.write(key, value)
  }

  versions(key: Key, { options }: Call): readonly ValueVersion[] {
    const kept = this.#kept.get(key.toString()) ?? []
    return kept.slice(0, options.limit).map(({ id, time, isValue }) => ({ id, time, isValue }))
  }

  readVersion(key: Key, id: string): Uint8Array | undefined {
    return this.#kept.get(key.toString())?.find(version => version.id === id)?.bytes
  }
}

/** Values are files and branches are folders. */
class PathStore extends ClaimingStore {
  override write(key: Key, value: Payload) {
    for (const text of this.values.keys()) {
      const other = Key.parse(text)
      if (other.isAncestorOf(key) || key.isAncestorOf(other))
        throw failure('CONFLICT', 'put', key, 'a file and a folder would have one path')
    }
    return super.write(key, value)
  }
}

/** Accepts smaller keys and values than it declares. */
class SmallStore extends ClaimingStore {
  override write(key: Key, value: Payload) {
    const isSmall = key.toString().length <= 64 && value.bytes.length <= 5000 && key.lastSegment.length <= 20
    if (!isSmall) throw failure('IO', 'put', key, 'the server refused it')
    return super.write(key, value)
  }
}

const roots = new TempRoots()
afterAll(() => roots.remove())

const of = (make: () => Store): SuiteOptions<never> => bytes({ create: async () => new Datastore(make()) })
const bytes = (options: SuiteOptions<Uint8Array>) => options as unknown as SuiteOptions<never>
const map = (claims: Claims = {}) => of(() => new ClaimingStore(claims))
const memory = bytes({
  create: async () => new MemoryDatastore(),
  beside: async store => new Datastore(openStoreOf(store).store),
})
const folder = bytes(
  openedAt(
    () => roots.make(),
    path => FsDatastore.open(path, { durability: 'full' }),
  ),
)
/** Stores over one map. */
const shared = (open: (values: Map<string, Found>) => Store, persistent = true) =>
  bytes({
    ...openedAt(
      async () => new Map<string, Found>(),
      async values => new Datastore(open(values)),
    ),
    ...(!persistent && { reopen: undefined }),
  })
const everyone = (claims: Claims) => shared(values => new OwnJudgingStore(claims, values), false)
const process = { ifAbsent: 'process', ifMatch: 'process' } as const

const ROWS: Readonly<Record<Flag, readonly Row[]>> = {
  writable: [
    {
      proves: 'D17 writable:',
      otherwise: 'W1 D18 put is READ_ONLY',
      overClaim: of(() => new ReadOnlyStore()),
      honest: bytes({
        create: async seed => new Datastore(seeded(new ReadOnlyStore({ writable: false }), seed)),
      }),
      able: map(),
    },
  ],
  'read.range': [
    {
      proves: 'D7 getStream() gives any range',
      otherwise: 'D7 getStream() gives any range',
      overClaim: of(() => new WholeStreamStore({ read: { range: true } })),
      honest: of(() => new WholeStreamStore()),
      able: memory,
    },
  ],
  'read.stream': [
    {
      proves: 'D7 read.stream:',
      otherwise: 'D7 getStream() gives the whole value',
      overClaim: of(() => new WholeStreamStore({ read: { stream: true } })),
      honest: of(() => new WholeStreamStore()),
      able: memory,
    },
  ],
  'read.etag': [
    {
      proves: 'D4 read.etag: version',
      otherwise: 'D4 the etag of a put is',
      overClaim: of(() => new ContentTagStore()),
      honest: of(() => new ContentTagStore({ read: { etag: 'content' } })),
      able: map(),
    },
  ],
  'write.ifAbsent': [
    {
      grade: 'process',
      proves: 'D61 replace: false on a present key',
      otherwise: 'D61 replace: false on a present key',
      overClaim: map({ write: { ifAbsent: 'process' } }),
      honest: map(),
      able: memory,
    },
    {
      grade: 'everyone',
      proves: 'D61 write.ifAbsent: everyone',
      otherwise: 'D61 exactly one of several concurrent puts',
      overClaim: everyone({ write: { ...process, ifAbsent: 'everyone' } }),
      honest: everyone({ write: process }),
      able: memory,
    },
  ],
  'write.ifMatch': [
    {
      grade: 'process',
      proves: 'D33 a put with a current etag',
      otherwise: 'D33 a put with a current etag',
      overClaim: map({ write: { ifMatch: 'process' } }),
      honest: map(),
      able: memory,
    },
    {
      grade: 'everyone',
      proves: 'D33 write.ifMatch: everyone',
      otherwise: 'D33 exactly one of several concurrent puts',
      overClaim: everyone({ write: { ...process, ifMatch: 'everyone' } }),
      honest: everyone({ write: process }),
      able: memory,
    },
  ],
  'write.stream': [
    {
      proves: 'D63 put() takes iterables',
      otherwise: 'D63 put() takes iterables',
      overClaim: map({ write: { stream: true } }),
      honest: map(),
      able: memory,
    },
  ],
  'write.ttl': [
    {
      proves: 'D21 write.ttl: a value is present until',
      otherwise: 'D21 D23 write.ttl: UNSUPPORTED',
      overClaim: of(() => new NeverExpiringStore({ write: { ttl: true } })),
      honest: of(() => new NeverExpiringStore()),
      able: memory,
    },
  ],
  'remove.ifMatch': [
    {
      grade: 'process',
      proves: 'D3 a delete with a stale etag',
      otherwise: 'D3 a delete with a stale etag',
      overClaim: map({ remove: { ifMatch: 'process' } }),
      honest: map(),
      able: memory,
    },
    {
      grade: 'everyone',
      proves: 'D3 remove.ifMatch: everyone',
      otherwise: 'D3 a delete with a stale etag',
      overClaim: everyone({ write: process, remove: { ifMatch: 'everyone' } }),
      honest: everyone({ write: process, remove: { ifMatch: 'process' } }),
      able: memory,
    },
  ],
  rename: [
    {
      grade: 'atomic',
      proves: 'D5 rename: atomic',
      otherwise: 'D5 rename() moves the value',
      overClaim: of(() => new CopyingStore({ rename: 'atomic' })),
      honest: of(() => new CopyingStore({ rename: 'copy' })),
      able: memory,
    },
  ],
  list: [
    {
      grade: 'level',
      proves: 'D9 D17 list: level',
      otherwise: 'D9 pages of every size',
      overClaim: map({ list: 'level' }),
      honest: map(),
      able: folder,
    },
    {
      grade: 'seek',
      proves: 'D9 D17 list: seek',
      otherwise: 'D9 pages of every size',
      overClaim: map({ list: 'seek' }),
      honest: map(),
      able: memory,
    },
  ],
  batch: [
    {
      grade: 'ordered',
      proves: 'D64 a batch keeps its order',
      otherwise: 'D64 a batch keeps its order',
      overClaim: of(() => new DeletesLastStore({ batch: 'ordered' })),
      honest: of(() => new DeletesLastStore()),
      able: of(() => new AtomicBatchStore({ batch: 'ordered' })),
    },
    {
      grade: 'atomic',
      proves: 'D66 batch: atomic',
      otherwise: 'D64 a batch keeps its order',
      overClaim: of(() => new StepByStepStore({ batch: 'atomic' })),
      honest: of(() => new StepByStepStore({ batch: 'ordered' })),
      able: of(() => new AtomicBatchStore({ batch: 'atomic' })),
    },
  ],
  transaction: [
    {
      grade: 'atomic',
      proves: 'D26 transaction: a failed transaction writes nothing',
      otherwise: 'D26 transaction: UNSUPPORTED',
      overClaim: of(() => new EagerTransactionStore({ transaction: 'atomic' })),
      honest: of(() => new EagerTransactionStore()),
      able: of(() => new BlindTransactionStore({ transaction: 'atomic' })),
    },
    {
      grade: 'serializable',
      proves: 'D26 transaction: serializable',
      otherwise: 'D26 transaction: writes are visible',
      overClaim: of(() => new BlindTransactionStore({ transaction: 'serializable' })),
      honest: of(() => new BlindTransactionStore({ transaction: 'atomic' })),
      able: memory,
    },
  ],
  query: [
    {
      grade: 'partial',
      proves: 'D17 Q7 query: partial',
      otherwise: 'D17 Q7 query: scan',
      overClaim: of(() => new ScanningStore({ query: 'partial' })),
      honest: of(() => new ScanningStore()),
      able: bytes({ create: async () => new TransformedDatastore(new MemoryDatastore(), gzip) }),
    },
    {
      grade: 'native',
      proves: 'Q9 any query',
      otherwise: 'D17 Q7 query: scan',
      overClaim: of(() => new CarelessQueryStore({ query: 'native' })),
      honest: map(),
      able: memory,
    },
  ],
  watch: [
    {
      grade: 'own',
      proves: 'D12 watch: own',
      otherwise: 'D12 watch: UNSUPPORTED',
      overClaim: of(() => new UnwatchableStore({ watch: 'own' })),
      honest: of(() => new UnwatchableStore()),
      able: memory,
    },
    {
      grade: 'all',
      proves: 'D12 watch: all',
      otherwise: 'D12 watch: own',
      overClaim: shared(values => new OwnChangesStore({ watch: 'all', persistent: true }, values)),
      honest: shared(values => new OwnChangesStore({ watch: 'own', persistent: true }, values)),
      able: folder,
    },
  ],
  durable: [
    {
      proves: 'D11 durable:',
      otherwise: 'D11 sync() of the store',
      overClaim: map({ durable: true }),
      honest: map(),
      able: folder,
    },
  ],
  persistent: [
    {
      proves: 'D14 D17 persistent:',
      otherwise: 'D17 persistent:',
      overClaim: bytes({
        create: async () => new Datastore(new ClaimingStore({ persistent: true })),
        reopen: async () => new Datastore(new ClaimingStore({ persistent: true })),
      }),
      honest: map(),
      able: folder,
    },
  ],
  history: [
    {
      proves: 'E113 history: the versions',
      otherwise: 'E113 history: no version',
      overClaim: map({ history: true }),
      honest: map(),
      able: of(() => new KeepingStore({ history: true })),
    },
  ],
  objects: [
    {
      proves: 'D20 objects:',
      otherwise: 'D34 a value that is not bytes',
      overClaim: map({ objects: true }),
      honest: map(),
      able: { create: async () => new MemoryDatastore().as(json) as never },
    },
  ],
  manyToOne: [
    {
      proves: 'D17 manyToOne: two keys',
      otherwise: 'D17 manyToOne: similar keys',
      overClaim: { ...map({ manyToOne: true }), sameKeys: [Key.of('a'), Key.of('A')] },
      honest: map(),
      able: bytes({
        create: async () => new KeyTransformDatastore(new MemoryDatastore(), lowercase),
        sameKeys: [Key.of('a'), Key.of('A')],
      }),
    },
  ],
  valueAndBranch: [
    {
      proves: 'D44 valueAndBranch: a key may hold',
      otherwise: 'D44 valueAndBranch: a put above or below',
      overClaim: of(() => new PathStore()),
      honest: of(() => new PathStore({ valueAndBranch: false })),
      able: map(),
    },
  ],
  'limits.keyBytes': [
    {
      proves: 'D45 limits.keyBytes',
      otherwise: 'K3 D1 each is stored',
      overClaim: of(() => new SmallStore({ limits: { keyBytes: 100 } })),
      honest: map(),
      able: map({ limits: { keyBytes: 100 } }),
    },
  ],
  'limits.segmentBytes': [
    {
      proves: 'D45 limits.segmentBytes',
      otherwise: 'K3 D1 each is stored',
      overClaim: of(() => new SmallStore({ limits: { segmentBytes: 50 } })),
      honest: map(),
      able: map({ limits: { segmentBytes: 50 } }),
    },
  ],
  'limits.valueBytes': [
    {
      proves: 'D45 limits.valueBytes',
      otherwise: 'D1 a value of 1 MiB',
      overClaim: of(() => new SmallStore({ limits: { valueBytes: 8192 } })),
      honest: map(),
      able: map({ limits: { valueBytes: 8192 } }),
    },
  ],
  'limits.batch': [
    {
      proves: 'D46 limits.batch',
      otherwise: 'D46 limits.batch',
      overClaim: of(() =>
        Object.assign(new AtomicBatchStore({ batch: 'atomic', limits: { batch: 8 } }), { most: 4 }),
      ),
      honest: of(() =>
        Object.assign(new AtomicBatchStore({ batch: 'ordered', limits: { batch: 4 } }), { most: 4 }),
      ),
      able: of(() =>
        Object.assign(new AtomicBatchStore({ batch: 'atomic', limits: { batch: 8 } }), { most: 8 }),
      ),
    },
  ],
}

it('D47 the table has each flag of a capabilities record', () => {
  const limits = { keyBytes: 1, segmentBytes: 1, valueBytes: 1, batch: 1 }
  const flags = flagsOf({ ...MINIMAL, objects: false, limits }).map(([flag]) => flag)
  expect(Object.keys(ROWS).sort()).toEqual(flags.sort())
})

for (const [flag, rows] of Object.entries(ROWS)) {
  for (const { grade, proves, otherwise, overClaim, honest, able } of rows) {
    it(`D47 the suite detects a store that falsely declares ${flag}${grade === undefined ? '' : `: ${grade}`}`, async () => {
      const [caught, completed, proved] = [
        await outcomesOf(overClaim, proves),
        await outcomesOf(honest, otherwise),
        await outcomesOf(able, proves),
      ]
      expect(caught.filter(({ error }) => error !== undefined).length, 'proofs that failed').toBeGreaterThan(
        0,
      )
      for (const { name, error } of [...completed, ...proved]) expect(error, name).toBeUndefined()
      expect([completed.length, proved.length]).not.toContain(0)
    })
  }
}

/** Runs the tests of the suite whose names start with one of these prefixes. */
async function outcomesOf(options: SuiteOptions<never>, begin: string) {
  const tests: { readonly name: string; readonly test: () => Promise<void> }[] = []
  let defined: unknown
  describeDatastore(
    'a store',
    { ...options, runs: 3 },
    {
      describe: (_name, define) => {
        defined = Promise.all([defined, define()])
      },
      it: (name, _options, test) => {
        if (name.startsWith(begin)) tests.push({ name, test })
      },
    },
  )
  await defined
  const outcomes: { readonly name: string; readonly error: unknown }[] = []
  for (const { name, test } of tests) {
    const error: unknown = await test().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    outcomes.push({ name, error })
  }
  return outcomes
}

function seeded(store: ClaimingStore, seed: readonly Pair<Uint8Array>[]): ClaimingStore {
  for (const { key, value } of seed) store.keep(key, value)
  return store
}

function soon(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
