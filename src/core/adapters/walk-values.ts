import { contextOf } from '../call-context.ts'
import type { CallOptions, Child, Datastore } from '../datastore.ts'
import { throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'
import { childrenOf } from '../list-page.ts'

/** Every key with a value strictly below `prefix`, a level at a time, in no particular order. */
export async function* walkValues(
  store: Pick<Datastore<unknown>, 'list'>,
  prefix: Key,
  options: CallOptions,
): AsyncIterable<Child> {
  const levels = [prefix]
  for (let level = levels.pop(); level !== undefined; level = levels.pop()) {
    throwIfAborted(options.signal, 'walk', prefix)
    for await (const child of childrenOf(store, level, contextOf(options))) {
      if (child.isBranch) levels.push(child.key)
      if (child.isValue) yield child
    }
  }
}
