import { spanOf } from '../call-context.ts'
import type { CallOptions, ValueSource } from '../datastore.ts'
import { Key } from '../key.ts'
import type { Place } from './move-value.ts'

/**
 * Whether two places are in one and the same data, which two stores look at: then what is put beside the one turns up
 * beside the other. It is for stores whose etags are made of the bytes: those cannot tell a value from its copy.
 * @param value Anything that both stores can hold. Nothing of it stays.
 */
export async function seeTheSame<V>(
  one: Place<V>,
  other: Place<V>,
  value: ValueSource<V>,
  context: CallOptions,
): Promise<boolean> {
  const name = Key.random()
  const probe = other.key.parent.child(name)
  await other.store.put(probe, value, context)
  try {
    return await one.store.has(one.key.parent.child(name), context)
  } finally {
    // Also when the call was aborted since.
    await other.store.delete(probe, { ...spanOf(context), missingOk: true })
  }
}
