import type { CallOptions, Change } from '../datastore.ts'
import { inTermsOf } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Datastore } from '../open/datastore.ts'
import { contextOf } from '../options.ts'
import { stoppable } from './stoppable.ts'

/** Changes of one store below, and what the watcher calls their keys. */
export interface ChangeSource {
  readonly store: Pick<Datastore<unknown>, 'watch'>
  /** What to watch there. */
  readonly prefix: Key
  /** The watcher's name of a key there; `undefined` for one that the watcher does not see. */
  readonly restore: (key: Key) => Key | undefined
}

/** The changes of a store below in the terms of the watcher of `prefix`. */
export function mapChanges(
  source: ChangeSource,
  prefix: Key,
  options: CallOptions,
): AsyncIterableIterator<Change> {
  return stoppable(
    either => mapped(source, prefix, { ...contextOf(options), signal: either }),
    options.signal,
  )
}

async function* mapped(
  { store, prefix: below, restore }: ChangeSource,
  prefix: Key,
  options: CallOptions,
): AsyncIterable<Change> {
  try {
    for await (const { type, key } of store.watch(below, options)) {
      // What is to be looked at again below is a whole branch, which may have no one name here.
      const own = type === 'resync' ? prefix : restore(key)
      if (own !== undefined) yield { type, key: own }
    }
  } catch (error) {
    throw inTermsOf(error, key => (key.equals(below) ? prefix : restore(key)))
  }
}
