import { useEffect, useSyncExternalStore } from 'react'
import { Emitter } from '../../core/concurrency/emitter.ts'
import type { ReadTrace } from '../../shared/procedures/residency.ts'
import type { Client } from './client.ts'

/** Milliseconds for which a session is still followed after the last that shows its reads has gone. */
const UNFOLLOW_DELAY = 1000

/** The way that the last read of each session took. Known while something that shows it follows the session. */
export interface LastReads {
  readonly get: (session: string) => ReadTrace | undefined
  readonly subscribe: (listener: () => void) => () => void
  /** Lets the host trace the reads of this page in a session, until the returned function is called. */
  readonly follow: (session: string) => () => void
  /** Follows the same sessions again, after a time without connection. */
  readonly renew: () => Promise<void>
}

export function createLastReads(client: Client): LastReads {
  const last = new Map<string, ReadTrace>()
  const followers = new Map<string, number>()
  const changed = new Emitter()
  client.on('readTraced', read => {
    last.set(read.session, read)
    changed.emit()
  })
  const sendFollow = async (session: string): Promise<void> => {
    const isFollowed = (followers.get(session) ?? 0) > 0
    await client.call('reads.follow', { session, isFollowed })
  }
  const unfollow = async (session: string): Promise<void> => {
    if ((followers.get(session) ?? 0) > 0 || !followers.delete(session)) return
    // A lost connection follows nothing any more.
    await sendFollow(session).catch(() => undefined)
  }
  return {
    get: session => last.get(session),
    subscribe: changed.subscribe,
    follow(session) {
      const isKnown = followers.has(session)
      followers.set(session, (followers.get(session) ?? 0) + 1)
      // Without a connection nothing is read. `renew` sends it once connected.
      if (!isKnown) void sendFollow(session).catch(() => undefined)
      return () => {
        const left = (followers.get(session) ?? 1) - 1
        followers.set(session, left)
        // The next one may be on its way: a key is opened from the drawing, and the inspector shows it.
        if (left === 0) setTimeout(() => void unfollow(session), UNFOLLOW_DELAY)
      }
    },
    async renew() {
      await Promise.allSettled([...followers.keys()].map(sendFollow))
    },
  }
}

/** The way of the last read of a session, followed while the component is there. */
export function useLastRead(reads: LastReads, session: string): ReadTrace | undefined {
  useEffect(() => reads.follow(session), [reads, session])
  return useSyncExternalStore(reads.subscribe, () => reads.get(session))
}
