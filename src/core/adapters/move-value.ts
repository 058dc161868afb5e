import { contextOf } from '../call-context.ts'
import type { Datastore, RenameOptions, ValueSource } from '../datastore.ts'
import { hasCode, throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'

/** Where a value is, or shall be. */
export interface Place<V> {
  readonly store: Datastore<V>
  readonly key: Key
}

/** Moves a value between stores with never fewer than one copy: copies, syncs, then deletes what was copied. */
export async function moveValue<V>(from: Place<V>, to: Place<V>, options: RenameOptions): Promise<void> {
  const { replace, signal } = options
  const context = contextOf(options)
  for (let isDone = false, isFirst = true; !isDone; isFirst = false) {
    throwIfAborted(signal, 'rename', from.key)
    const { etag } = await from.store.stat(from.key, context)
    const value = from.store.capabilities.streams
      ? from.store.getStream(from.key, context)
      : await from.store.get(from.key, context)
    // A second round replaces only what the first one wrote.
    await to.store.put(to.key, value as ValueSource<V>, { ...context, replace: isFirst ? replace : true })
    await to.store.sync(to.key, context)
    try {
      await from.store.delete(from.key, { ...context, ifMatch: etag })
      isDone = true
    } catch (error) {
      // The value was changed while it was being copied: copy it again.
      if (!hasCode(error, 'CONFLICT')) throw error
    }
  }
}
