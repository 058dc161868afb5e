import * as fc from 'fast-check'
import type { Input, ProcedureName } from '../../../src/shared/contract.ts'

/** Any value that structured clone can carry, including values that MessagePack cannot. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
  fc.constantFrom<unknown>(
    undefined,
    null,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
    2 ** 53,
    -1,
    1e308,
    '',
    '/',
    '..',
    '/a/../../etc/passwd',
    '__proto__',
    'constructor',
    '\0',
    '\ud800',
    'é'.normalize('NFD'),
    'k'.repeat(100_000),
    '/'.repeat(100_000),
    new Uint8Array(),
    new Uint8Array(100_000),
    new ArrayBuffer(8),
    new Float64Array(4),
    new DataView(new ArrayBuffer(2)),
    new Date(Number.NaN),
    /x/g,
    new Error('an error'),
    Array.from({ length: 100 }, () => '/a'),
    new Array(1_000_000),
  ),
  fc.constant(0).map(cyclic),
  fc.constant(0).map(deep),
  fc
    .constant(0)
    .map(() => JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}') as unknown),
)

function cyclic(): unknown {
  const list: unknown[] = []
  list.push({ list, bytes: new Uint8Array(2) })
  return list
}

function deep(): unknown {
  return Array.from({ length: 500 }).reduce<unknown>(inner => ({ root: [inner] }), 'bottom')
}

type Inputs = { readonly [Name in ProcedureName]: Input<Name> }

/** Valid input for each procedure; a fuzzer corrupts it field by field. It is harmless if a host runs it. */
export function fittingInputs(session: string): Inputs {
  const at = { session, key: '/fuzz/a' }
  const document = { strata: 1, root: { kind: 'memory' } }
  return {
    'shell.hello': { version: 1 },
    'shell.pickFolder': {},
    'shell.clipboardAddress': {},
    'shell.pickStackFile': {},
    'shell.pickSaveLocation': { name: 'x' },
    'shell.reveal': { path: '/nowhere' },
    'shell.openExternal': { url: 'https://example.org' },
    'shell.setMenu': { commands: [] },
    'files.browse': { path: '/nowhere' },
    'workspace.get': {},
    'workspace.updateSettings': { settings: { theme: 'dark', panels: { a: [1] } } },
    'workspace.forgetRecent': { id: 'x' },
    'workspace.dismissNotice': {},
    'sessions.open': { source: { type: 'document', document } },
    'sessions.test': { document },
    'sessions.recognise': { text: '/nowhere' },
    'sessions.list': {},
    'sessions.close': { session: 'session-unknown' },
    'sessions.lookAgain': { session },
    'sessions.setReadOnly': { session, isReadOnly: false },
    'sessions.setEnvironment': { session, environment: 'staging' },
    'sessions.plan': { session: 'session-unknown', document },
    'sessions.apply': { session: 'session-unknown', document },
    'stacks.kinds': {},
    'stacks.templates': {},
    'stacks.validate': { text: JSON.stringify(document) },
    'stacks.read': { path: '/nowhere/x.stack.json' },
    'stacks.write': { path: '/proc/nowhere/x.stack.json', text: '{}' },
    'storage.load': {},
    'storage.set': { name: 'fuzz', text: 'x' },
    'secrets.state': {},
    'secrets.put': { name: 'fuzz', value: 'x' },
    'secrets.remove': { name: 'fuzz' },
    'secrets.unlock': { passphrase: 'x' },
    'secrets.lock': {},
    'store.list': { session, prefix: '/', limit: 10 },
    'store.get': { ...at, start: 0, end: 10 },
    'store.put': { ...at, bytes: new Uint8Array([1, 2, 3]) },
    'store.delete': { ...at, missingOk: true },
    'store.rename': { session, from: '/fuzz/a', to: '/fuzz/b' },
    'store.has': at,
    'store.stat': at,
    'store.stats': { session },
    'streams.open': at,
    'streams.next': { stream: 'stream-1', maxBytes: 10 },
    'streams.close': { stream: 'stream-1' },
    'files.open': { session, prefix: '/fuzz', files: 1 },
    'files.put': { drop: 'drop-1', key: '/fuzz/file', bytes: new Uint8Array([1]) },
    'files.close': { drop: 'drop-1' },
    'uploads.open': { ...at, replace: true },
    'uploads.write': { upload: 'upload-1', bytes: new Uint8Array([1]) },
    'uploads.commit': { upload: 'upload-1' },
    'uploads.abort': { upload: 'upload-1' },
    'levels.rows': { session, prefix: '/fuzz', offset: 0, limit: 10 },
    'levels.find': { session, prefix: '/', name: 'a' },
    'levels.refresh': { session, prefix: '/', deep: true },
    'values.decode': { bytes: new Uint8Array([1, 2, 3]), name: 'a', choice: ['gzip'] },
    'values.encode': { shown: new Uint8Array([1]), pipeline: ['cbor'], stored: new Uint8Array() },
    'jobs.start': { session, request: { type: 'count', prefix: '/fuzz' } },
    'jobs.list': {},
    'jobs.cancel': { job: 'job-1' },
    'search.open': { session, search: { kind: 'fuzzy', text: 'ab', under: '/fuzz', limit: 10 } },
    'search.next': { search: 'search-1' },
    'search.close': { search: 'search-1' },
    'history.state': { session },
    'history.setOn': { session, isOn: true },
    'history.undo': { session, entry: 1 },
    'history.redo': { session },
    'history.versions': at,
    'history.version': { ...at, id: '1-after' },
    'history.restore': { ...at, id: '1-before', ifMatch: 'x' },
    'query.describe': { session, text: '{"prefix":"/fuzz"}' },
    'query.open': { session, text: '{"prefix":"/fuzz"}' },
    'query.next': { query: 'query-1' },
    'query.rows': { query: 'query-1', offset: 0, limit: 1 },
    'query.keys': { query: 'query-1', offset: 0, limit: 1 },
    'query.sort': { query: 'query-1', by: 'size' },
    'query.problems': { query: 'query-1' },
    'query.stop': { query: 'query-1' },
    'query.close': { query: 'query-1' },
    'overview.next': { session },
    'residency.counts': { session },
    'residency.of': { session, keys: ['/fuzz/a'], compare: true },
    'residency.value': { session, node: 'root', key: '/fuzz/a' },
    'reads.follow': { session, isFollowed: true },
    'reads.again': at,
  }
}

export interface HostileCall {
  readonly name: string
  readonly input: unknown
  /** Milliseconds after which the page cancels the call; never if absent. */
  readonly cancelAfter: number | undefined
}

/** Calls of every procedure: valid ones, ones with a field corrupted, added or removed, or random ones. */
export function hostileCall(session: string): fc.Arbitrary<HostileCall> {
  const inputs = fittingInputs(session)
  const names = Object.keys(inputs) as ProcedureName[]
  const fitting = fc.constantFrom(...names).map(name => ({ name, input: inputs[name] }))
  const corrupted = fc
    .tuple(fitting, fc.nat(), fc.constantFrom('replace', 'remove', 'add'), hostileValue)
    .map(([{ name, input }, at, how, value]) => {
      const fields = Object.keys(input)
      const field = how === 'add' || fields.length === 0 ? 'more' : (fields[at % fields.length] as string)
      const corruptedInput: Record<string, unknown> = { ...input, [field]: value }
      if (how === 'remove') Reflect.deleteProperty(corruptedInput, field)
      return { name, input: corruptedInput }
    })
  const random = fc.record({
    name: fc.oneof(
      fc.constantFrom<string>(...names),
      fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', 'toString', '', 'store'),
      fc.string(),
    ),
    input: hostileValue,
  })
  const cancelAfter = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined, freq: 4 })
  return fc
    .tuple(
      fc.oneof(
        { weight: 2, arbitrary: fitting },
        { weight: 5, arbitrary: corrupted },
        { weight: 2, arbitrary: random },
      ),
      cancelAfter,
    )
    .map(([call, after]) => ({ ...call, cancelAfter: after }))
}

/** Messages that a broken or hostile page may send, below the level of calls. */
export const hostileMessage: fc.Arbitrary<unknown> = fc.oneof(
  hostileValue,
  fc.record({ t: fc.constantFrom('q', 's', 'x'), i: fc.anything(), m: fc.anything(), a: fc.anything() }),
  fc.record({
    t: fc.constant('q'),
    i: fc.string(),
    m: fc.constantFrom('call', 'cancel', '__proto__', 'constructor', 'apply', '$close', 'then'),
    a: fc.oneof(fc.array(hostileValue, { maxLength: 4 }), hostileValue),
    o: fc.boolean(),
  }),
  fc.record({ t: fc.constant('s'), i: fc.string(), r: fc.anything(), e: fc.anything() }),
)
