import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { failure } from '../../../errors.ts'
import type { S3Bucket, S3Putting } from './bucket.ts'
import { MultipartUpload } from './multipart.ts'

/** Parts that are on their way at once, while the next one is filled. */
const IN_FLIGHT = 2

/** The maximum number of bytes that S3 takes in one request. */
const ONE_REQUEST = 5 * 1024 ** 3

/**
 * Sends a stream in parts, so that few of its bytes are in memory.
 * @returns An upload to complete, or to abort.
 */
export async function uploadOf(
  source: AsyncIterable<Uint8Array>,
  bucket: S3Bucket,
  key: string,
  putting: S3Putting,
  partSize: number,
  signal: AbortSignal | undefined,
): Promise<MultipartUpload> {
  const upload = await MultipartUpload.begin(bucket, key, putting, signal)
  const sending = new Set<Promise<void>>()
  /** Buffers that were sent, to be filled again. */
  const free: Buffer[] = []
  let part: Buffer | undefined
  let filled = 0
  const send = (bytes: Buffer) => {
    const sent: Promise<void> = upload.part(bytes).finally(() => {
      sending.delete(sent)
      free.push(bytes)
    })
    // Awaited below, together with the others.
    sent.catch(() => undefined)
    sending.add(sent)
  }
  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; ) {
        part ??= free.pop() ?? Buffer.allocUnsafeSlow(partSize)
        const piece = chunk.subarray(at, at + partSize - filled)
        part.set(piece, filled)
        filled += piece.length
        at += piece.length
        if (filled < partSize) continue
        send(part)
        part = undefined
        filled = 0
        if (sending.size >= IN_FLIGHT) await Promise.race(sending)
      }
    }
    if (part !== undefined) send(part.subarray(0, filled))
    await Promise.all(sending)
    return upload
  } catch (error) {
    await Promise.allSettled(sending)
    await upload.abort()
    throw error
  }
}

/** A stream in a file of its own, for a put that needs the length before the bytes. */
export class Spool {
  readonly #folder: string
  readonly length: number

  private constructor(folder: string, length: number) {
    this.#folder = folder
    this.length = length
  }

  static async of(source: AsyncIterable<Uint8Array>): Promise<Spool> {
    const folder = await mkdtemp(join(tmpdir(), 'strata-s3-'))
    try {
      const file = await open(join(folder, 'value'), 'wx', 0o600)
      let length = 0
      try {
        for await (const chunk of source) {
          length += chunk.length
          if (length > ONE_REQUEST) {
            const state =
              'a put with a condition takes up to 5 GiB here, because the server judges none of an upload in parts'
            throw failure('VALUE_INVALID', 'put', undefined, state)
          }
          await file.writeFile(chunk)
        }
      } finally {
        await file.close()
      }
      return new Spool(folder, length)
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  read(): NodeJS.ReadableStream {
    return createReadStream(join(this.#folder, 'value'))
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}
