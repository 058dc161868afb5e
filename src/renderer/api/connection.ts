import { type Channel, createMessagePortChannel } from '../../shared/channel.ts'
import type { Output } from '../../shared/contract.ts'
import {
  CONTRACT_VERSION,
  PORT_REPLY,
  PORT_REQUEST,
  WEB_SOCKET_PATH,
  WEB_SOCKET_PROTOCOL,
} from '../../shared/handover.ts'
import { createWebSocketChannel } from '../../shared/web-socket-channel.ts'
import { CallError, createClient, createReconnectingClient, type ReconnectingClient } from './client.ts'
import { createHostState, type HostState } from './host-state.ts'
import { createHostStorage, type HostStorage } from './host-storage.ts'
import { createLastReads, type LastReads } from './last-reads.ts'

export type Hello = Output<'shell.hello'>

/** The page's connection to its host. Client and state stay the same objects when the connection is renewed. */
export interface Connection {
  readonly client: ReconnectingClient
  readonly state: HostState
  readonly storage: HostStorage
  readonly reads: LastReads
  readonly hello: Hello
  /** Renews a lost connection and reloads all state; rejects if the host can't be reached. */
  reconnect(): Promise<void>
}

/** Connects to the host, checks its version and loads its state. Rejects with `CallError`. */
export async function connect(): Promise<Connection> {
  const client = createReconnectingClient()
  const state = createHostState(client)
  const storage = createHostStorage(client, window.localStorage)
  const reads = createLastReads(client)
  const hello = await greet(client)
  await Promise.all([state.load(), storage.load()])
  return {
    client,
    state,
    storage,
    reads,
    hello,
    async reconnect() {
      await greet(client)
      void reads.renew()
      // Loaded first, because new sessions read their stored state.
      await storage.load()
      await state.load()
      const sessions = state.sessions.get() ?? []
      // Changes made in the meantime were not reported to this page.
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
  if (hello.token !== undefined) keepToken(hello.token)
  client.attach(inner)
  return hello
}

/** Opens a channel to the host, depending on how the page was loaded. Rejects with `CONNECTION`. */
function dial(): Promise<Channel> {
  return location.protocol === 'app:' ? dialElectron() : dialWeb()
}

function dialElectron(): Promise<Channel> {
  return new Promise(resolve => {
    const receive = (event: MessageEvent): void => {
      const [port] = event.ports
      if (event.source !== window || event.data !== PORT_REPLY || port === undefined) return
      window.removeEventListener('message', receive)
      resolve(createMessagePortChannel(port))
    }
    window.addEventListener('message', receive)
    window.postMessage(PORT_REQUEST, location.origin)
  })
}

function dialWeb(): Promise<Channel> {
  const token = takeToken()
  if (token === undefined) {
    return Promise.reject(
      refused('this address carries no token. Open the address that Strata printed when it started'),
    )
  }
  return new Promise((resolve, reject) => {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const socket = new WebSocket(`${scheme}://${location.host}${WEB_SOCKET_PATH}`, [
      WEB_SOCKET_PROTOCOL,
      token,
    ])
    const channel = createWebSocketChannel(socket)
    socket.addEventListener('open', () => resolve(channel))
    channel.onClose(() =>
      reject(
        refused(
          'nothing answers at this address, or its token is too old. ' +
            'Check that Strata is running, and open the address that it printed',
        ),
      ),
    )
  })
}

function refused(state: string): CallError {
  return new CallError({ code: 'CONNECTION', message: `Cannot reach Strata: ${state}` })
}

const STORAGE_KEY = 'strata.token'

/**
 * The token of the browser shell. It is taken from the URL fragment, which is then cleared to keep the token out of
 * history and screenshots. It is stored for reloads of this tab only.
 */
function takeToken(): string | undefined {
  const token = tokenOf(location.hash)
  if (token === undefined) return sessionStorage.getItem(STORAGE_KEY) ?? undefined
  sessionStorage.setItem(STORAGE_KEY, token)
  history.replaceState(history.state, '', location.pathname + location.search)
  return token
}

/** Stores the token of the current run in place of an earlier one. */
function keepToken(token: string): void {
  sessionStorage.setItem(STORAGE_KEY, token)
}

/** @param hash A `location.hash`: `#token=…`. */
export function tokenOf(hash: string): string | undefined {
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token')
  return token === null || token === '' ? undefined : token
}
