import type { StatValue } from '../../../../shared/values.ts'
import type { Client } from '../../../api/client.ts'
import type { ValueAddress } from './read-value.ts'

/** What a put is judged by: the version it replaces, or that there is none. */
export type PutRules = { readonly ifMatch: string } | { readonly replace: false }

/** More bytes than this go in pieces; the contract lets one call carry twice as much. */
const ONE_CALL = 8 * 1024 * 1024

const PIECE = 1024 * 1024

/** Puts only over the version that was seen; over nothing where none was. */
export function rulesFor(stat: StatValue | undefined): PutRules {
  return stat === undefined ? { replace: false } : { ifMatch: stat.etag }
}

/** Puts bytes in one call, or in pieces where they are too many for one. */
export async function putBytes(
  client: Client,
  at: ValueAddress,
  bytes: Uint8Array,
  rules: PutRules,
): Promise<StatValue> {
  if (bytes.length <= ONE_CALL) {
    return (await client.call('store.put', { ...at, bytes, ...rules })).stat
  }
  return uploadBlob(client, at, new Blob([bytes.slice()]), rules, { report: () => undefined })
}

/**
 * Puts a file or other blob in pieces; nothing is visible before the last. Memory is one piece.
 * @param options.report Called with the bytes the store has taken.
 */
export async function uploadBlob(
  client: Client,
  at: ValueAddress,
  blob: Blob,
  rules: PutRules,
  options: { readonly report: (done: number) => void; readonly signal?: AbortSignal },
): Promise<StatValue> {
  const { report, signal } = options
  const { upload } = await client.call('uploads.open', { ...at, ...rules }, { signal })
  try {
    for (let start = 0; start < blob.size; start += PIECE) {
      const piece = await blob.slice(start, start + PIECE).arrayBuffer()
      await client.call('uploads.write', { upload, bytes: new Uint8Array(piece) }, { signal })
      report(Math.min(blob.size, start + PIECE))
    }
    return (await client.call('uploads.commit', { upload }, { signal })).stat
  } catch (error) {
    // What failed first is what the person must hear; an upload that is not committed leaves nothing anyway.
    await client.call('uploads.abort', { upload }).catch(() => undefined)
    throw error
  }
}
