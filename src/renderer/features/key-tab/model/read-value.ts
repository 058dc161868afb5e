import type { StatValue } from '../../../../shared/values.ts'
import type { Client } from '../../../api/client.ts'
import { PAGE_OVERLAP, TEXT_PAGE } from '../paged/text-pages.ts'

/** The key of a session, as calls name it. */
export interface ValueAddress {
  readonly session: string
  readonly key: string
}

/** One version of a value, or the beginning of it. */
export interface Version {
  /** The whole value, or its beginning. */
  readonly bytes: Uint8Array
  readonly isWhole: boolean
  /** Absent for a value that was never put. */
  readonly stat: StatValue | undefined
}

/** Values up to this size are loaded as a whole. */
export const WHOLE_LIMIT = 1024 * 1024

/** Read first of every value: all of most, and as much of a large one as is shown first. */
const FIRST_BYTES = TEXT_PAGE + PAGE_OVERLAP

/** The most that "Load all" takes into the window. */
export const LOAD_ALL_LIMIT = 64 * 1024 * 1024

const PIECE = 4 * 1024 * 1024

type Report = (done: number, total: number) => void

/** Reads a value of up to 1 MiB as a whole, of a larger one the beginning. */
export async function readHead(client: Client, at: ValueAddress, signal: AbortSignal): Promise<Version> {
  const first = await readBeginning(client, at, FIRST_BYTES, signal)
  const { size = 0 } = first.stat ?? {}
  // Read again from the start: the rest alone might be of another version.
  return first.isWhole || size > WHOLE_LIMIT ? first : readBeginning(client, at, WHOLE_LIMIT, signal)
}

async function readBeginning(
  client: Client,
  at: ValueAddress,
  end: number,
  signal: AbortSignal,
): Promise<Version> {
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

/** Reads a whole value in pieces; memory is what the value takes. */
export async function readWhole(
  client: Client,
  at: ValueAddress,
  signal: AbortSignal,
  report: Report,
): Promise<Version> {
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

/** Opens a pulled read. The pieces must be read to the end or given up by `break` or `return`. */
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
      const { bytes, isLast } = await client.call('streams.next', { stream, maxBytes: PIECE }, { signal })
      if (bytes.length > 0) yield bytes
      if (isLast) return
    }
  } finally {
    // After a failure or a lost connection the host has closed it already; the failure itself is on its way up.
    await client.call('streams.close', { stream }).catch(() => undefined)
  }
}

function changedWhileRead({ key }: ValueAddress): Error {
  return new Error(`Cannot read ${JSON.stringify(key)}: the value was changed while it was read`)
}
