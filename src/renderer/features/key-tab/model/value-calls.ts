import type { Failure, FailureCode, StatValue } from '../../../../shared/values.ts'
import { CallError, type Client } from '../../../api/client.ts'
import { PAGE_OVERLAP, TEXT_PAGE } from '../paged/text-pages.ts'
import type { Decoding } from './decoding.ts'

/** The key of a session, as calls name it. */
export interface ValueAddress {
  readonly session: string
  readonly key: string
}

/** One version of a value, or the beginning of it, as the store has it. */
export interface StoredVersion {
  /** The whole value, or its beginning. */
  readonly bytes: Uint8Array
  readonly isWhole: boolean
  /** Absent for a value that is not stored yet. */
  readonly stat: StatValue | undefined
}

/** A version as it is shown and edited. */
export interface Version extends StoredVersion {
  /** What is shown: text as UTF-8, or the stored bytes. Edits are compared with it. */
  readonly bytes: Uint8Array
  readonly stored: Uint8Array
  readonly decoding: Decoding
}

/** Values up to this size are loaded as a whole. */
export const WHOLE_LIMIT = 1024 * 1024

/** Bytes to read first: most values as a whole, and the first page of large ones. */
const FIRST_BYTES = TEXT_PAGE + PAGE_OVERLAP

/** The largest value that "Load all" loads. */
export const LOAD_ALL_LIMIT = 64 * 1024 * 1024

/** Bytes requested in one call of a pulled read. */
const READ_PIECE = 4 * 1024 * 1024

type Report = (done: number, total: number) => void

/** Reads a value of up to 1 MiB as a whole, and the beginning of a larger one. */
export async function readHead(
  client: Client,
  at: ValueAddress,
  signal: AbortSignal,
): Promise<StoredVersion> {
  const first = await readBeginning(client, at, FIRST_BYTES, signal)
  const { size = 0 } = first.stat ?? {}
  // Reads from the start again, because the rest might be of another version.
  return first.isWhole || size > WHOLE_LIMIT ? first : readBeginning(client, at, WHOLE_LIMIT, signal)
}

async function readBeginning(
  client: Client,
  at: ValueAddress,
  end: number,
  signal: AbortSignal,
): Promise<StoredVersion> {
  const { bytes, stat } = await client.call('store.get', { ...at, start: 0, end }, { signal })
  return { bytes, stat, isWhole: stat.size <= bytes.length }
}

/** Reads `start` to `end` (exclusive) of the version with `etag`. */
export async function readRange(
  client: Client,
  at: ValueAddress,
  etag: string | undefined,
  range: { readonly start: number; readonly end: number },
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { bytes, stat } = await client.call('store.get', { ...at, ...range }, { signal })
  if (stat.etag !== etag) throw changedWhileRead(at)
  return bytes
}

/** Reads a whole value in chunks, into one buffer. */
export async function readWhole(
  client: Client,
  at: ValueAddress,
  signal: AbortSignal,
  report: Report,
): Promise<StoredVersion> {
  const opened = await openStream(client, at, signal)
  const { size } = opened.stat
  const bytes = new Uint8Array(size)
  let done = 0
  for await (const piece of opened.pieces) {
    if (done + piece.length > size) throw changedWhileRead(at)
    bytes.set(piece, done)
    done += piece.length
    report(done, size)
  }
  if (done !== size) throw changedWhileRead(at)
  return { bytes, stat: opened.stat, isWhole: true }
}

/** Opens a pulled read. Read the chunks to the end, or end the iteration by `break` or `return`. */
export async function openStream(
  client: Client,
  at: ValueAddress,
  signal: AbortSignal,
): Promise<{ readonly stat: StatValue; readonly pieces: AsyncIterable<Uint8Array> }> {
  const { stream, stat } = await client.call('streams.open', at, { signal })
  return { stat, pieces: pull(client, stream, signal) }
}

async function* pull(client: Client, stream: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const { bytes, isLast } = await client.call(
        'streams.next',
        { stream, maxBytes: READ_PIECE },
        { signal },
      )
      if (bytes.length > 0) yield bytes
      if (isLast) return
    }
  } finally {
    // After a failure or a lost connection, the host has already closed the stream.
    await client.call('streams.close', { stream }).catch(() => undefined)
  }
}

function changedWhileRead({ key }: ValueAddress): Error {
  return new Error(`Cannot read ${JSON.stringify(key)}: the value was changed while it was read`)
}

/** The precondition of a put: the version it replaces, or that there is none. An edit keeps a time to live. */
type PutRules = { readonly ifMatch: string; readonly keepExpiry: true } | { readonly replace: false }

/** The version that was put, and the entry of the history by which that can be taken back. */
export interface PutResult {
  readonly stat: StatValue
  readonly entry?: number | undefined
}

/** Larger values are put in chunks, although the contract allows twice as much in one call. */
const ONE_CALL = 8 * 1024 * 1024

/** Bytes of a value in one call of an upload. */
const WRITE_PIECE = 1024 * 1024

/** Allows to replace only the version that was seen, or to create the value if there was none. */
export function rulesFor(stat: StatValue | undefined): PutRules {
  return stat === undefined ? { replace: false } : { ifMatch: stat.etag, keepExpiry: true }
}

/** Puts bytes in one call, or in chunks if they are too many for one. */
export async function putBytes(
  client: Client,
  at: ValueAddress,
  bytes: Uint8Array,
  rules: PutRules,
): Promise<PutResult> {
  if (bytes.length <= ONE_CALL) return client.call('store.put', { ...at, bytes, ...rules })
  return uploadBlob(client, at, new Blob([bytes.slice()]), rules, { report: () => undefined })
}

/**
 * Puts a file or other blob in chunks; nothing is visible before the last. Memory: one chunk.
 * @param options.report Called with the bytes that the store has accepted.
 */
export async function uploadBlob(
  client: Client,
  at: ValueAddress,
  blob: Blob,
  rules: PutRules,
  options: { readonly report: (done: number) => void; readonly signal?: AbortSignal },
): Promise<PutResult> {
  const { report, signal } = options
  const { upload } = await client.call('uploads.open', { ...at, ...rules }, { signal })
  try {
    for (let start = 0; start < blob.size; start += WRITE_PIECE) {
      const piece = await blob.slice(start, start + WRITE_PIECE).arrayBuffer()
      await client.call('uploads.write', { upload, bytes: new Uint8Array(piece) }, { signal })
      report(Math.min(blob.size, start + WRITE_PIECE))
    }
    return await client.call('uploads.commit', { upload }, { signal })
  } catch (error) {
    // The first failure is the one to report. An upload that is not committed leaves nothing.
    await client.call('uploads.abort', { upload }).catch(() => undefined)
    throw error
  }
}

/** A failure to show. Errors other than failed calls are defects, or thrown by the browser. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CallError) {
    const { code, message, key, path, id } = error
    return {
      code,
      message,
      ...(key !== undefined && { key }),
      ...(path !== undefined && { path }),
      ...(id !== undefined && { id }),
    }
  }
  return { code: 'UNKNOWN', message: error instanceof Error ? error.message : String(error) }
}

export function hasFailed(error: unknown, ...codes: readonly FailureCode[]): boolean {
  return error instanceof CallError && codes.includes(error.code)
}
