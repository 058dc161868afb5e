import { contextOf } from '../../call-context.ts'
import { passesStreams } from '../../capabilities.ts'
import type {
  CallOptions,
  Datastore,
  GetOptions,
  PutOptions,
  PutResult,
  Stat,
  ValueSource,
} from '../../datastore.ts'
import { hasCode, isNotFound } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { seeTheSame } from '../see-the-same.ts'
import { sameStreams, sameValue } from './same-value.ts'

/** Larger values go through as streams, and are read again to be compared. */
const KEPT_BYTES = 64 * 1024

/** One key on its way to the shard that it belongs to. */
export interface KeyMove<V> {
  readonly key: Key
  readonly source: Datastore<V>
  readonly home: Datastore<V>
}

/** A copy that was made at home. */
export interface Copy<V> {
  /** The version of the source that was copied. */
  readonly source: string
  readonly home: PutResult
  readonly size: number
  /** What was copied, where it is small. */
  readonly value: { readonly it: V } | undefined
}

/** @returns Nothing when there is no such key in the store. */
export function statIfAny<V>(store: Datastore<V>, key: Key, options: CallOptions): Promise<Stat | undefined> {
  return unlessAbsent(() => store.stat(key, options))
}

function getIfAny<V>(
  store: Datastore<V>,
  key: Key,
  options: GetOptions,
): Promise<{ readonly it: V } | undefined> {
  return unlessAbsent(async () => ({ it: await store.get(key, options) }))
}

async function unlessAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/**
 * Copies a value home under the conditions of `over`. It is not synced yet.
 * @returns Nothing when the source does not have it, or home is not as `over` wants it.
 */
export async function copyHome<V>(
  { key, source, home }: KeyMove<V>,
  over: PutOptions,
  options: CallOptions,
): Promise<Copy<V> | undefined> {
  const context = contextOf(options)
  try {
    const { etag, size } = await source.stat(key, context)
    const isLarge = size > KEPT_BYTES
    const isStreamed = isLarge && passesStreams(source.capabilities) && passesStreams(home.capabilities)
    const value = isStreamed
      ? source.getStream(key, { ...context, fresh: true })
      : await source.get(key, { ...context, fresh: true })
    const put = await home.put(key, value as ValueSource<V>, { ...over, ...context })
    return { source: etag, home: put, size, value: isLarge ? undefined : { it: value as V } }
  } catch (error) {
    // Without a version to replace, a conflict is with something else than the value.
    const isChanged = hasCode(error, over.ifMatch === undefined ? 'ALREADY_EXISTS' : 'CONFLICT')
    if (isChanged || isNotFound(error)) return undefined
    throw error
  }
}

/**
 * What home has of the value that the source has.
 * @param copy A copy of the very version that the source has now; then only home is read, as long as it is small.
 */
export async function compareHome<V>(
  { key, source, home }: KeyMove<V>,
  copy: Copy<V> | undefined,
  options: CallOptions,
): Promise<'same' | 'different' | 'absent'> {
  const context = contextOf(options)
  if (copy?.value !== undefined) {
    const held = await getIfAny(home, key, { ...context, fresh: true })
    return held === undefined ? 'absent' : verdict(sameValue(copy.value.it, held.it))
  }
  const atHome = await statIfAny(home, key, context)
  if (atHome === undefined) return 'absent'
  const areStreams = passesStreams(source.capabilities) && passesStreams(home.capabilities)
  if (areStreams && atHome.size > KEPT_BYTES) {
    return verdict(
      await sameStreams(
        source.getStream(key, { ...context, fresh: true }),
        home.getStream(key, { ...context, fresh: true }),
      ),
    )
  }
  return verdict(
    sameValue(
      await source.get(key, { ...context, fresh: true }),
      await home.get(key, { ...context, fresh: true }),
    ),
  )
}

/**
 * Whether two stores that seem to hold the same version are one and the same data, opened twice: to delete there what
 * is a copy here would delete the only one. A value that is written again gets a new etag in both, or in one of them;
 * where etags are made of the bytes, only a key that nobody has yet can tell.
 */
export async function areSameData<V>(
  { key, source, home }: KeyMove<V>,
  etag: string,
  context: CallOptions,
): Promise<boolean> {
  const held = await statIfAny(home, key, context)
  if (held?.etag !== etag) return false
  const value = (await home.get(key, { ...context, fresh: true })) as ValueSource<V>
  const again = await home.put(key, value, { ...context, ifMatch: etag })
  if (again.etag !== etag) return (await statIfAny(source, key, context))?.etag !== etag
  return seeTheSame({ store: source, key }, { store: home, key }, value, context)
}

function verdict(isSame: boolean): 'same' | 'different' {
  return isSame ? 'same' : 'different'
}
