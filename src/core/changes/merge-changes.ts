import type { CallOptions, Change } from '../datastore.ts'
import type { Key } from '../key.ts'
import { ChangeQueue } from './change-queue.ts'
import { stoppable } from './stoppable.ts'

type Changes = AsyncIterable<Change>

/** Several streams of changes as one. It fails with the first that fails, and ends when the last one has ended. */
export function mergeChanges(
  prefix: Key,
  streams: readonly ((signal: AbortSignal) => Changes)[],
  { signal }: CallOptions,
): Changes {
  return stoppable(either => merged(prefix, streams, either), signal)
}

async function* merged(
  prefix: Key,
  streams: readonly ((signal: AbortSignal) => Changes)[],
  signal: AbortSignal,
): Changes {
  const left = new AbortController()
  const queue = new ChangeQueue(prefix)
  const all = streams.map(stream => follow(stream(left.signal), queue))
  void Promise.all(all).then(() => queue.end())
  try {
    yield* queue.read(signal)
  } finally {
    left.abort()
  }
}

/** Hands on every change of a stream, and its failure; resolves once it has ended. */
export async function follow(changes: Changes, queue: ChangeQueue): Promise<void> {
  try {
    for await (const change of changes) queue.push(change)
  } catch (error) {
    queue.end({ error })
  }
}
