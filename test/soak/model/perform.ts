import type {
  BinaryDatastore,
  CallOptions,
  Child,
  Entry,
  PutOptions,
  Stat,
} from '../../../src/core/datastore.ts'
import { DatastoreError, type ErrorCode, isNotFound } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { valueOf } from '../values.ts'
import type { Operation, PutSource } from './operation.ts'

/** The message of a source of bytes that fails. */
export const BROKEN = 'the source broke'

/**
 * The outcome of a call, including results before a failure: the pieces of a stream, the keys that were done.
 */
export interface Outcome {
  /** The code of the failure; `broken` when it is the caller's own source that failed. */
  readonly failed?: ErrorCode | 'broken'
  /** The message of the failure. */
  readonly message?: string
  /** A value, or the part of it that was read. */
  readonly bytes?: Uint8Array
  readonly isPresent?: boolean
  readonly stat?: Stat
  /** The key that `putNew` made. */
  readonly made?: Key
  /** Keys, with values for `getMany`, in the order they came. */
  readonly done?: readonly { readonly key: Key; readonly value?: Uint8Array }[]
  readonly children?: readonly Child[]
  /** The listing contains the keys found so far. */
  readonly isPartial?: boolean
  readonly entries?: readonly Entry<Uint8Array>[]
}

/** Makes the call. Rejects only with errors that no store may reject with. */
export async function perform(
  store: BinaryDatastore,
  operation: Operation,
  options: CallOptions,
): Promise<Outcome> {
  const soFar: { -readonly [Name in keyof Outcome]: Outcome[Name] } = {}
  try {
    await call(store, operation, options, soFar)
    return soFar
  } catch (error) {
    if (error instanceof Error && error.message === BROKEN) return { ...soFar, failed: 'broken' }
    if (!(error instanceof DatastoreError)) throw error
    return { ...soFar, failed: error.code, message: error.message }
  }
}

type Writable = { -readonly [Name in keyof Outcome]: Outcome[Name] }

async function call(
  store: BinaryDatastore,
  operation: Operation,
  options: CallOptions,
  soFar: Writable,
): Promise<void> {
  switch (operation.verb) {
    case 'put':
      return put(store, operation, options)
    case 'putNew':
      soFar.made = await store.putNew(Key.parse(operation.key), valueOf(operation.serial), options)
      return
    case 'get':
      soFar.bytes = await store.get(Key.parse(operation.key), options)
      return
    case 'has':
      soFar.isPresent = await store.has(Key.parse(operation.key), options)
      return
    case 'stat':
      soFar.stat = await store.stat(Key.parse(operation.key), options)
      return
    case 'stream':
      return stream(store, operation, options, soFar)
    case 'delete':
      return store.delete(Key.parse(operation.key), { ...options, missingOk: operation.missingOk })
    case 'rename': {
      const { key, to, replace } = operation
      return store.rename(Key.parse(key), Key.parse(to), { ...options, replace })
    }
    case 'getMany':
      return gather(soFar, store.getMany(operation.keys.map(Key.parse), options))
    case 'deleteMany':
      return gather(soFar, keyed(store.deleteMany(operation.keys.map(Key.parse), options)))
    case 'putMany':
      return gather(soFar, keyed(store.putMany(pairsOf(operation.steps), options)))
    case 'batch': {
      const batch = store.batch()
      for (const { key, serial } of operation.steps) {
        if (serial === 0) batch.delete(Key.parse(key))
        else batch.put(Key.parse(key), valueOf(serial))
      }
      return batch.commit(options)
    }
    case 'list':
      Object.assign(soFar, await pages(store, operation, options))
      return
    case 'query': {
      const entries: Entry<Uint8Array>[] = []
      const query = { prefix: operation.key }
      for await (const entry of store.query(query, { ...options, scan: true })) entries.push(entry)
      soFar.entries = entries
      return
    }
    case 'sync':
      return store.sync(undefined, options)
  }
}

async function put(
  store: BinaryDatastore,
  { key: text, serial, mode, source }: Extract<Operation, { verb: 'put' }>,
  options: CallOptions,
): Promise<void> {
  const key = Key.parse(text)
  const conditions: PutOptions =
    mode === 'create'
      ? { replace: false }
      : mode === 'replace'
        ? { create: false }
        : mode === 'match'
          ? { ifMatch: await etagOf(store, key, options) }
          : {}
  await store.put(key, sourceOf(serial, source), { ...options, ...conditions })
}

async function etagOf(store: BinaryDatastore, key: Key, options: CallOptions): Promise<string> {
  try {
    return (await store.stat(key, options)).etag
  } catch (error) {
    if (isNotFound(error)) return 'of nothing'
    throw error
  }
}

function sourceOf(serial: number, source: PutSource): Uint8Array | AsyncIterable<Uint8Array> | Uint8Array[] {
  const bytes = valueOf(serial)
  if (source === 'bytes') return bytes
  const half = bytes.length >> 1
  const chunks = [bytes.subarray(0, half), bytes.subarray(half)]
  if (source === 'chunks') return chunks
  return slowly(chunks, source === 'breaks')
}

async function* slowly(chunks: readonly Uint8Array[], breaks: boolean): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) {
    await new Promise(resolve => setImmediate(resolve))
    yield chunk
  }
  if (breaks) throw new Error(BROKEN)
}

async function stream(
  store: BinaryDatastore,
  { key, start, end, isLeft }: Extract<Operation, { verb: 'stream' }>,
  options: CallOptions,
  soFar: Writable,
): Promise<void> {
  const chunks: Uint8Array[] = []
  for await (const chunk of store.getStream(Key.parse(key), { ...options, start, end })) {
    chunks.push(chunk)
    soFar.bytes = Buffer.concat(chunks)
    if (isLeft) return
  }
  soFar.bytes = Buffer.concat(chunks)
}

async function gather(
  soFar: Writable,
  source: AsyncIterable<{ readonly key: Key; readonly value?: Uint8Array }>,
): Promise<void> {
  const done: { readonly key: Key; readonly value?: Uint8Array }[] = []
  soFar.done = done
  for await (const pair of source) done.push(pair)
}

async function* keyed(keys: AsyncIterable<Key>): AsyncIterable<{ readonly key: Key }> {
  for await (const key of keys) yield { key }
}

async function* pairsOf(steps: readonly { readonly key: string; readonly serial: number }[]) {
  for (const { key, serial } of steps) yield { key: Key.parse(key), value: valueOf(serial) }
}

async function pages(
  store: BinaryDatastore,
  { key, limit, reverse }: Extract<Operation, { verb: 'list' }>,
  options: CallOptions,
): Promise<Pick<Outcome, 'children' | 'isPartial'>> {
  const children: Child[] = []
  let isPartial = false
  for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const page = await store.list(Key.parse(key), { ...options, limit, reverse, after })
    children.push(...page.children)
    isPartial ||= page.isPartial === true
    after = page.cursor
    if (children.length > 10_000) throw new Error(`The listing of ${key} does not end`)
  }
  return { children, isPartial }
}
