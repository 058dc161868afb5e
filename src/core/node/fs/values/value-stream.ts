import { CHUNK_SIZE, clampRange } from '../../../bytes.ts'
import type { RangeOptions } from '../../../datastore.ts'
import { failure, throwIfAborted } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { fsFailure } from '../calls/fs-failure.ts'
import type { Disk } from '../disk/disk.ts'
import type { OpenValue } from './value-reader.ts'

/** The bytes of an open value, or of a range of it, in chunks. Closes it. */
export async function* streamValue(
  disk: Disk,
  key: Key,
  { fd, stats }: OpenValue,
  options: RangeOptions,
): AsyncIterable<Uint8Array> {
  try {
    const { start, end } = clampRange(options, stats.size)
    for (let position = start; position < end; ) {
      throwIfAborted(options.signal, 'get', key)
      const chunk = new Uint8Array(Math.min(CHUNK_SIZE, end - position))
      const count = await disk.read(fd, chunk, position).catch((error: unknown) => {
        throw fsFailure('get', key, error)
      })
      if (count === 0) throw failure('IO', 'get', key, 'its file was cut while it was read')
      position += count
      yield chunk.subarray(0, count)
    }
  } finally {
    await disk.close(fd)
  }
}
