import { useEffect, useSyncExternalStore } from 'react'
import { Emitter } from '../../core/concurrency/emitter.ts'
import type { HistoryState } from '../../shared/procedures/history.ts'
import type { Client } from './client.ts'

/** What each session records and can undo, as last reported by the host. */
export interface Histories {
  readonly get: (session: string | undefined) => HistoryState | undefined
  readonly subscribe: (listener: () => void) => () => void
  /** Asks the host. */
  readonly load: (session: string) => Promise<HistoryState>
  /** Requests all known histories again, after a time without connection. */
  readonly reload: () => Promise<void>
}

export function createHistories(client: Client): Histories {
  const states = new Map<string, HistoryState>()
  const changed = new Emitter()
  let events = 0
  client.on('historyChanged', ({ session, state }) => {
    events++
    states.set(session, state)
    changed.emit()
  })
  async function load(session: string): Promise<HistoryState> {
    const seen = events
    const state = await client.call('history.state', { session })
    // An event that came before the reply may be newer than it.
    if (events === seen) states.set(session, state)
    changed.emit()
    return states.get(session) ?? state
  }

  return {
    get: session => (session === undefined ? undefined : states.get(session)),
    subscribe: changed.subscribe,
    load,
    async reload() {
      // A session that was closed in the meantime has no history.
      await Promise.allSettled([...states.keys()].map(load))
    },
  }
}

/** The history of a session; `undefined` until the host has reported it. */
export function useHistory(histories: Histories, session: string | undefined): HistoryState | undefined {
  useEffect(() => {
    // After a failure it stays unknown, and the next use requests it again.
    if (session !== undefined) histories.load(session).catch(() => undefined)
  }, [histories, session])
  return useSyncExternalStore(histories.subscribe, () => histories.get(session))
}
