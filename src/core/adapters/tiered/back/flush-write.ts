import type { Datastore } from '../../../datastore.ts'
import type { UpperTier } from '../upper-tier.ts'
import type { OwnEtags } from './own-etags.ts'
import type { UnflushedWrite } from './unflushed.ts'

/**
 * Lets a write that the first tier acknowledged happen in the tiers below it.
 * @param between The tiers between the first one and `last`.
 */
export async function flushWrite<V>(
  write: UnflushedWrite<V>,
  last: Datastore<V>,
  between: readonly UpperTier<V>[],
  etags: OwnEtags,
): Promise<void> {
  const { key, span } = write
  if (write.type === 'delete') {
    await Promise.all(between.map(tier => tier.drop(key, { span })))
    await last.delete(key, { span, missingOk: true })
    return
  }
  await Promise.all(between.map(tier => tier.giveWay(key, span)))
  const { etag } = await last.put(key, write.value, { span })
  etags.flushed(key, write.etag, etag)
  await Promise.all(between.map(tier => tier.write(key, () => write.value, span)))
}
