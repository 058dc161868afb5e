import { forEachBounded } from '../../../core/concurrency/for-each-bounded.ts'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import type { ManyPreview, ManyResult } from '../../../shared/procedures/many.ts'
import { walk } from './walk.ts'

/** Keys processed concurrently. */
const WIDTH = 16

/** Reports the progress of a running job. */
export interface JobProgress {
  /** Call for each key that was handled, with the bytes of its value. */
  handled(bytes: number): void
  /** Call for several more keys, with the bytes of all their values. */
  readonly handledMany: (keys: number, bytes: number) => void
  readonly preview: (preview: ManyPreview) => void
  readonly result: (result: ManyResult) => void
  /** The total number of keys. */
  expect(total: number): void
}

/** What a job does, and its title for people. */
export interface TitledWork {
  readonly title: string
  readonly work: JobWork
}

export type JobWork = (store: BinaryDatastore, signal: AbortSignal, progress: JobProgress) => Promise<void>

/** Counts the keys and bytes at and below a key. */
export function countKeys(prefix: Key): TitledWork {
  return {
    title: `Count keys in ${prefix.toString()}`,
    work: (store, signal, progress) =>
      forEachBounded(walk(store, prefix, signal), WIDTH, async ({ key, size }) => {
        progress.handled(size ?? (await store.stat(key, { signal })).size)
      }),
  }
}
