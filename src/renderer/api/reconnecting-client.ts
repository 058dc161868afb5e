import type { EventName, EventValue } from '../../shared/events.ts'
import { CallError, type Client } from './client.ts'

/** A client that outlives its connection, so that the page keeps its drafts while the connection is renewed. */
export interface ReconnectingClient extends Client {
  /** Speaks through `inner` from now on. */
  attach(inner: Client): void
}

export function createReconnectingClient(): ReconnectingClient {
  const listeners = new Map<EventName, Set<(value: never) => void>>()
  const lostListeners = new Set<() => void>()
  let current: Client | undefined

  function listen(client: Client, name: EventName): void {
    client.on(name, value => {
      if (client !== current) return
      for (const listener of listeners.get(name) ?? []) listener(value as never)
    })
  }

  return {
    async call(name, input, options) {
      if (current === undefined) throw disconnected(name)
      return current.call(name, input, options)
    },
    on<Name extends EventName>(name: Name, listener: (value: EventValue<Name>) => void) {
      const known = listeners.get(name)
      const subscribers = known ?? new Set()
      listeners.set(name, subscribers.add(listener))
      if (known === undefined && current !== undefined) listen(current, name)
      return () => subscribers.delete(listener)
    },
    onLost(listener) {
      lostListeners.add(listener)
      return () => lostListeners.delete(listener)
    },
    attach(inner) {
      current = inner
      for (const name of listeners.keys()) listen(inner, name)
      inner.onLost(() => {
        if (current !== inner) return
        current = undefined
        for (const listener of lostListeners) listener()
      })
    },
  }
}

function disconnected(name: string): CallError {
  return new CallError({
    code: 'CONNECTION',
    message: `Cannot call ${name}: there is no connection to the host`,
  })
}
