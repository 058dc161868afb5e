import type { Change } from '../datastore.ts'
import type { ChangeQueue } from './change-queue.ts'

/** Hands on every change of a stream, and its failure; resolves once it has ended. */
export async function follow(changes: AsyncIterable<Change>, queue: ChangeQueue): Promise<void> {
  try {
    for await (const change of changes) queue.push(change)
  } catch (error) {
    queue.end({ error })
  }
}
