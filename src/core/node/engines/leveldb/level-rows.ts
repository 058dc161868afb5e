import type { Range, Row } from '../../../ordered/driver.ts'
import { levelFailure } from './failures.ts'
import type { Level } from './level-writes.ts'

/** Bytes of rows that the client reads ahead, so that a range of keys is read in one call. */
const READ_AHEAD_BYTES = 1024 * 1024

export async function levelRows(
  level: Level,
  { from, to, limit, reverse, keysOnly }: Range,
): Promise<readonly Row[]> {
  const bounds = { gte: from, lt: to, limit, reverse, highWaterMarkBytes: READ_AHEAD_BYTES }
  try {
    if (keysOnly) {
      const keys = await all(level.keys(bounds), limit)
      return keys.map(key => ({ key: plainBytes(key) }))
    }
    const entries = await all(level.iterator(bounds), limit)
    return entries.map(([key, value]) => ({ key: plainBytes(key), value: plainBytes(value) }))
  } catch (error) {
    throw levelFailure('read a range', error)
  }
}

interface Rows<T> {
  nextv(size: number): Promise<T[]>
  close(): Promise<void>
}

/** The rows of an iterator. It returns fewer than requested if they are large, and none at the end. */
async function all<T>(rows: Rows<T>, limit: number): Promise<T[]> {
  try {
    const found = await rows.nextv(limit)
    while (found.length < limit) {
      const more = await rows.nextv(limit - found.length)
      if (more.length === 0) break
      found.push(...more)
    }
    return found
  } finally {
    await rows.close()
  }
}

/** The same bytes as a `Uint8Array`: the client returns Node's `Buffer`, whose `slice` does not copy. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
