import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatastoreError } from '../../errors.ts'
import { readRegularFile } from '../regular-file.ts'
import { framesIn, SEGMENT_HEADER } from './frames.ts'
import { isClaim } from './writer-claim.ts'

const NAME = /^(\d{16})\.journal$/

/** A file of records. */
export interface Segment {
  readonly path: string
  /** The number of its first record; the others follow without a gap. */
  readonly first: number
  count: number
  /** Bytes of its complete records, including the header. */
  size: number
  /** Whether the file has more bytes than that, so that nothing may be written after them. */
  readonly isTorn: boolean
}

export function segmentPath(folder: string, first: number): string {
  return join(folder, `${String(first).padStart(16, '0')}.journal`)
}

/**
 * Refuses a folder that contains other files and no journal, so that a journal is never mixed with the user's own
 * files.
 * @throws DatastoreError `CONFLICT`
 */
export async function refuseForeignFolder(folder: string): Promise<void> {
  const names = await readdir(folder)
  if (names.some(name => NAME.test(name))) return
  const other = names.find(name => !isClaim(name))
  if (other === undefined) return
  const state = `it holds other files, such as ${JSON.stringify(other)}; a journal needs a folder of its own`
  throw new DatastoreError('CONFLICT', `Cannot open the journal ${JSON.stringify(folder)}: ${state}`)
}

/** The segments of a folder in order. Reads each of them once. */
export async function readSegments(folder: string): Promise<Segment[]> {
  const names = (await readdir(folder)).filter(name => NAME.test(name)).sort()
  const segments: Segment[] = []
  for (const name of names) {
    const path = join(folder, name)
    const bytes = await readRegularFile(path)
    refuseOtherVersion(path, bytes)
    const { records, size } = await framesIn(bytes)
    const isTorn = size < Math.max(bytes.length, SEGMENT_HEADER.length)
    segments.push({ path, first: Number(NAME.exec(name)?.[1]), count: records.length, size, isTorn })
  }
  return segments
}

/** The records of a segment that are known to be complete. */
export async function recordsOf({ path, count, size }: Readonly<Segment>): Promise<readonly Buffer[]> {
  const bytes = Buffer.alloc(size)
  await using file = await open(path)
  let read = 0
  while (read < size) {
    const { bytesRead } = await file.read(bytes, read, size - read, read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  const { records } = await framesIn(bytes)
  if (records.length === count) return records
  throw new DatastoreError('CORRUPT', `Cannot read ${JSON.stringify(path)}: it was changed while it was open`)
}

/** A later version may have written records that this one would consider torn. */
function refuseOtherVersion(path: string, bytes: Buffer): void {
  const magic = SEGMENT_HEADER.subarray(0, -1)
  const isOurs = bytes.subarray(0, magic.length).equals(magic)
  if (!isOurs || bytes.length < SEGMENT_HEADER.length || bytes[magic.length] === SEGMENT_HEADER.at(-1)) return
  throw new DatastoreError(
    'CORRUPT',
    `Cannot read ${JSON.stringify(path)}: it has a form that is not known here`,
  )
}
