import type { Output } from '../../shared/contract.ts'
import { CONTRACT_VERSION } from '../../shared/contract-version.ts'
import { CallError, createClient } from './client.ts'
import { dial } from './dial.ts'
import { createHostState, type HostState } from './host-state.ts'
import { createReconnectingClient, type ReconnectingClient } from './reconnecting-client.ts'

export type Hello = Output<'shell.hello'>

/** The page's way to its host. Client and state stay the same objects when the connection is renewed. */
export interface Connection {
  readonly client: ReconnectingClient
  readonly state: HostState
  readonly hello: Hello
  /** Renews a lost connection and asks for all state anew; rejects when the host can't be reached. */
  reconnect(): Promise<void>
}

/** Reaches the host, shakes hands and loads its state. Rejects with `CallError`. */
export async function connect(): Promise<Connection> {
  const client = createReconnectingClient()
  const state = createHostState(client)
  const hello = await greet(client)
  await state.load()
  return {
    client,
    state,
    hello,
    async reconnect() {
      await greet(client)
      await state.load()
      const sessions = state.sessions.get() ?? []
      // Changes made meanwhile were told to nobody here.
      await Promise.all(
        sessions.map(({ id }) => client.call('levels.refresh', { session: id, prefix: '/', deep: true })),
      )
    },
  }
}

async function greet(client: ReconnectingClient): Promise<Hello> {
  const inner = createClient(await dial())
  const hello = await inner.call('shell.hello', { version: CONTRACT_VERSION })
  if (hello.version !== CONTRACT_VERSION) {
    throw new CallError({
      code: 'CONNECTION',
      message: `Cannot work with this host: it speaks version ${hello.version}, this page ${CONTRACT_VERSION}. Reload the page`,
    })
  }
  client.attach(inner)
  return hello
}
