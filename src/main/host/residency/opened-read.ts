import { sameBytes } from '../../../core/bytes.ts'
import { isAborted } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import { MAX_CALL_BYTES } from '../../../shared/values.ts'
import type { Page } from '../host-parts.ts'
import type { Session } from '../sessions/session.ts'
import { readRange, readVersion, type Version } from '../transfers/read-version.ts'
import { followedRead } from './followed-read.ts'

/** Values up to this size are read at the place that keeps them, which changes no copy. Others are read `fresh`. */
const PEEKED = 4 * 1024 * 1024
/** Milliseconds after which a place is treated as not answering. */
const PLACE_WAIT = 5000

interface OpenedRange {
  readonly start?: number | undefined
  readonly end?: number | undefined
  readonly signal: AbortSignal
}

/**
 * Reads a value to be edited, or a range of it, with the stat of exactly that version. If the page follows reads, it is
 * read as a program would read it, so that the page sees what a program would get. If a copy answered, the value is
 * also read at the place that keeps it, because a copy may be older than the version that an edit is based on.
 */
export function readOpened(
  page: Page,
  session: Session,
  key: Key,
  { start = 0, end, signal }: OpenedRange,
): Promise<Version> {
  const { store } = session
  const range = { start, end, signal }
  if (!page.reads.has(session.id)) return readVersion(store, key, range)
  return followedRead(page, session, key, async (span, spans) => {
    const stat = await store.stat(key, { signal })
    const last = Math.max(start, Math.min(end ?? stat.size, stat.size, start + MAX_CALL_BYTES))
    const isWhole = start === 0 && last === stat.size
    const asked = isWhole ? {} : { start, end: last }
    const found = await readRange(store, key, { ...asked, signal, span }).catch((error: unknown) => {
      if (isAborted(error)) throw error
      // A copy failed, which counts as a different value; or the store failed, which the next read reports too.
      return undefined
    })
    const isSame = async () => (await store.stat(key, { signal })).etag === stat.etag
    if (found !== undefined && spans.isOwn && (await isSame())) return { bytes: found, stat }
    const kept = stat.size <= PEEKED ? await readKept(session, key, signal) : undefined
    const own =
      kept !== undefined && (await isSame())
        ? { bytes: kept.slice(start, last), stat }
        : await readVersion(store, key, range)
    spans.differs = found === undefined || !sameBytes(found, own.bytes)
    return own
  })
}

/** The bytes at the only place that keeps the value; `undefined` if there is more than one, or it does not answer. */
async function readKept({ stack }: Session, key: Key, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const [residency] = await stack.residency([key], { signal, compareBytes: 0, placeWait: PLACE_WAIT })
  const places =
    residency?.places.filter(({ isCopy, state }) => !isCopy || state.startsWith('unflushed')) ?? []
  const holding = places.filter(({ state }) => state !== 'absent')
  const [place] = holding
  if (holding.length !== 1 || place?.state !== 'present') return undefined
  return (await stack.readAt(place.node, key, { signal, maxBytes: MAX_CALL_BYTES })).bytes
}
