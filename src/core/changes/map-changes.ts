import type { Change, WatchOptions } from '../datastore.ts'
import { inTermsOf } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Datastore } from '../open/datastore.ts'
import { contextOf } from '../options.ts'
import { stoppable } from './stoppable.ts'

/** Changes of one store below, and the watcher's names of their keys. */
export interface ChangeSource {
  readonly store: Pick<Datastore<unknown>, 'watch'>
  /** The prefix to watch there. */
  readonly prefix: Key
  /** The watcher's name of a key there; `undefined` for a key that the watcher cannot see. */
  readonly restore: (key: Key) => Key | undefined
}

/** The changes of a store below, renamed for the watcher of `prefix`. */
export function mapChanges(
  source: ChangeSource,
  prefix: Key,
  options: WatchOptions,
): AsyncIterableIterator<Change> {
  return stoppable(
    either => mapped(source, prefix, { ...contextOf(options), recursive: options.recursive, signal: either }),
    options.signal,
  )
}

async function* mapped(
  { store, prefix: below, restore }: ChangeSource,
  prefix: Key,
  options: WatchOptions,
): AsyncIterable<Change> {
  try {
    for await (const { type, key } of store.watch(below, options)) {
      // A branch below may have no single name here. Then everything that is watched may have changed.
      const isAll = type === 'resync' && (key.equals(below) || restore(key) === undefined)
      const own = isAll ? prefix : restore(key)
      if (own !== undefined) yield { type, key: own }
    }
  } catch (error) {
    throw inTermsOf(error, key => (key.equals(below) ? prefix : restore(key)))
  }
}
