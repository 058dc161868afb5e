import { orAbort } from '../../../core/concurrency/abortable.ts'
import type { CallOptions } from '../../../core/datastore.ts'
import { messageOf } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import type { Registry } from '../../../core/stack/registry.ts'
import type { Residence, Residency } from '../../../core/stack/residency.ts'
import type { StackNode } from '../../../core/stack/stack.ts'
import type {
  KeyResidency,
  NodeCount,
  PlaceOfKey,
  residencyProcedures,
} from '../../../shared/procedures/residency.ts'
import { MAX_CALL_BYTES } from '../../../shared/values.ts'
import type { HandlersOf } from '../calls/dispatch.ts'
import type { HostParts } from '../host-parts.ts'
import { followedRead } from '../residency/followed-read.ts'
import type { Session } from '../sessions/session.ts'

/** Values up to this size are read to be compared. */
const COMPARED = 4 * 1024 * 1024
/** Milliseconds after which a place is reported as not answering. */
const PLACE_WAIT = 5000
/** Values up to this size are read whole. */
const READ_WHOLE = 1024 * 1024

const DONE = { done: true } as const

export function residencyHandlers({ sessions, registry }: HostParts): HandlersOf<typeof residencyProcedures> {
  return {
    'residency.of': async ({ session, keys, compare = false }, { signal }) => {
      const residencies = await sessions.get(session).stack.residency(keys.map(Key.parse), {
        signal,
        compareBytes: compare ? COMPARED : 0,
        placeWait: PLACE_WAIT,
      })
      return { looks: residencies.map(residencyOf) }
    },
    'residency.value': async ({ session, node, key }, { signal }) => {
      const { stack } = sessions.get(session)
      const { bytes, stat } = await stack.readAt(node, Key.parse(key), { signal, maxBytes: MAX_CALL_BYTES })
      // A view of a larger buffer would be sent with the whole buffer.
      return { bytes: bytes.slice(), stat }
    },
    'residency.counts': async ({ session }, { signal }) => ({
      counts: await countsOf(sessions.get(session), registry, signal),
    }),
    'reads.follow': async ({ session, isFollowed }, { page }) => {
      page.reads.set(session, isFollowed)
      return DONE
    },
    'reads.again': async ({ session, key }, { page, signal }) => {
      const opened = sessions.get(session)
      await followedRead(page, opened, Key.parse(key), span =>
        readAll(opened, Key.parse(key), { signal, span }),
      )
      return DONE
    },
  }
}

/**
 * Asks each backend itself: a tiered store counts only the keys of its last tier. A backend that has exactly the keys
 * of the stack gets the number that the overview shows for the stack.
 */
async function countsOf(
  { stack, overview }: Session,
  registry: Registry,
  signal: AbortSignal,
): Promise<NodeCount[]> {
  const shown = shownBy(stack.nodes[0], registry)
  const counting = stack.nodes
    .filter(({ children }) => children.length === 0)
    .map(async ({ id, store }): Promise<NodeCount[]> => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(PLACE_WAIT)])
      try {
        const stats = await orAbort(store.stats({ signal: limit }), limit, 'count')
        const { entries, bytes, accuracy } = id === shown?.id ? overview.exactly(stats) : stats
        return [
          {
            node: id,
            accuracy,
            ...(entries !== undefined && { entries }),
            ...(bytes !== undefined && { bytes }),
          },
        ]
      } catch {
        // The failure is shown where the keys of this store are listed.
        return []
      }
    })
  return (await Promise.all(counting)).flat()
}

/** The backend at or below `node` that has the same keys; `undefined` if no single backend has all of them. */
function shownBy(node: StackNode | undefined, registry: Registry): StackNode | undefined {
  if (node === undefined || node.children.length === 0) return node
  return registry.find(node.kind)?.data === 'below' ? shownBy(node.children.at(-1), registry) : undefined
}

async function readAll({ store }: Session, key: Key, options: CallOptions): Promise<void> {
  // An absent key is read too, because the page shows which places were asked for it.
  const { size } = (await store.has(key, { signal: options.signal }))
    ? await store.stat(key, { signal: options.signal })
    : { size: 0 }
  const reading = size <= READ_WHOLE ? store.get(key, options) : drain(store.getStream(key, options))
  await orAbort<unknown>(reading, options.signal, 'get', key)
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]()
  while ((await iterator.next()).done !== true);
}

function residencyOf({ key, places, agreement }: Residency): KeyResidency {
  return { key: key.toString(), agreement, places: places.map(placeOf) }
}

function placeOf({ key, error, stat, ...place }: Residence): PlaceOfKey {
  return {
    ...place,
    key: key.toString(),
    ...(stat !== undefined && { stat }),
    ...(error !== undefined && { problem: messageOf(error) }),
  }
}
