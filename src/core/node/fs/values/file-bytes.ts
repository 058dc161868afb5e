import type { Disk } from '../disk/disk.ts'
import { INLINE_BYTES } from '../disk/disk.ts'

/** Bytes of one write of a long value: between two of them a call can be aborted. */
const PIECE = 8 * 1024 * 1024
const COPY_CHUNK = 1024 * 1024

/** The caller's stream failed, not the store. */
export class SourceFailure extends Error {
  override name = 'SourceFailure'

  constructor(cause: unknown) {
    super('the source of the value failed', { cause })
  }
}

/** Appends all of `bytes` to a file. */
export async function writeBytes(
  disk: Disk,
  fd: number,
  bytes: Uint8Array,
  throwIfAborted?: () => void,
): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    throwIfAborted?.()
    offset += await disk.write(fd, bytes.subarray(offset, offset + PIECE))
  }
}

/** Appends the chunks of a stream to a file as they come, small ones gathered. */
export async function writeChunks(disk: Disk, fd: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const gathered = new Uint8Array(INLINE_BYTES)
  let length = 0
  const flush = async (): Promise<void> => {
    await writeBytes(disk, fd, gathered.subarray(0, length))
    length = 0
  }
  for await (const chunk of ownFailures(chunks)) {
    if (length + chunk.length > gathered.length) await flush()
    if (chunk.length > gathered.length) {
      await writeBytes(disk, fd, chunk)
    } else {
      gathered.set(chunk, length)
      length += chunk.length
    }
  }
  await flush()
}

/** Appends the whole of an open file to another. */
export async function copyBytes(disk: Disk, from: number, to: number): Promise<void> {
  const chunk = new Uint8Array(COPY_CHUNK)
  for (let position = 0; ; ) {
    const count = await disk.read(from, chunk, position)
    if (count === 0) return
    await writeBytes(disk, to, chunk.subarray(0, count))
    position += count
  }
}

/**
 * Asks a stream for its first item at once. A stream that reads the very key it is put to then takes its turn before
 * the put does, and neither waits for the other. Whoever does not read it to its end has to let go of it by `return`.
 */
export function begun<T>(source: AsyncIterable<T>): Begun<T> {
  const iterator = source[Symbol.asyncIterator]()
  let first: Promise<IteratorResult<T>> | undefined = iterator.next()
  // Whoever reads the stream hears of it.
  first.catch(() => undefined)
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next() {
      const step = first ?? iterator.next()
      first = undefined
      return step
    },
    async return() {
      await iterator.return?.()
      return { done: true, value: undefined }
    },
  }
}

/** A stream that may be let go of before anybody read from it. */
export interface Begun<T> extends AsyncIterable<T>, AsyncIterator<T, undefined> {
  next(): Promise<IteratorResult<T, undefined>>
  return(): Promise<IteratorResult<T, undefined>>
}

async function* ownFailures<T>(source: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* source
  } catch (error) {
    throw new SourceFailure(error)
  }
}
