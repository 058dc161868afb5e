import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { concatBytes, ownCopy } from '../../bytes.ts'

/** Pipes chunks through a transform stream of Node, as fast as the consumer pulls. */
export async function* throughNode(
  chunks: AsyncIterable<Uint8Array>,
  transform: Transform,
): AsyncIterable<Uint8Array> {
  const finished = pipeline(Readable.from(copiesOf(chunks), { objectMode: true }), transform)
  // A failure is also reported by the reading side. This only avoids an unhandled rejection.
  finished.catch(() => undefined)
  for await (const chunk of transform as AsyncIterable<Buffer>) yield new Uint8Array(chunk)
  await finished
}

/** The whole output of a transform of streams for one chunk. */
export async function whole(
  bytes: Uint8Array,
  transform: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const chunk of transform(once(bytes))) all.push(chunk)
  return concatBytes(all)
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

/** The stream reads ahead, and a source may reuse its buffer. */
async function* copiesOf(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) yield ownCopy(chunk)
}
