import { crc32 } from 'node:zlib'
import { Slices } from '../../concurrency/slices.ts'

/** The first bytes of a segment. The last character is the version of the format. */
export const SEGMENT_HEADER = Buffer.from('STRATAJ1')

const FRAME_HEADER = 8

/** A record in a segment: its length and its CRC-32, each in four bytes, low byte first, then its bytes. */
export function frameOf(record: Uint8Array): Buffer {
  const header = Buffer.alloc(FRAME_HEADER)
  header.writeUInt32LE(record.length, 0)
  header.writeUInt32LE(crc32(record), 4)
  return Buffer.concat([header, record])
}

/** The records of a segment, and the number of bytes that they take. Anything after those is torn. */
export interface Frames {
  readonly records: readonly Buffer[]
  readonly size: number
}

/** Reads the records of a segment up to the first incomplete one; none if it does not begin like a segment. */
export async function framesIn(segment: Buffer): Promise<Frames> {
  const slices = new Slices()
  const records: Buffer[] = []
  if (!segment.subarray(0, SEGMENT_HEADER.length).equals(SEGMENT_HEADER)) return { records, size: 0 }
  let size = SEGMENT_HEADER.length
  for (;;) {
    const record = recordAt(segment, size)
    if (record === undefined) return { records, size }
    records.push(record)
    size += FRAME_HEADER + record.length
    if (slices.isOver) await slices.pause()
  }
}

function recordAt(segment: Buffer, offset: number): Buffer | undefined {
  const start = offset + FRAME_HEADER
  if (start > segment.length) return undefined
  const length = segment.readUInt32LE(offset)
  // A power cut may leave zeros, which would be a valid checksum of an empty record.
  if (length === 0 || start + length > segment.length) return undefined
  const record = segment.subarray(start, start + length)
  return crc32(record) === segment.readUInt32LE(offset + 4) ? record : undefined
}
