import { once } from 'node:events'
import { createServer, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Channel } from '../../shared/channel.ts'
import { WEB_SOCKET_PROTOCOL } from '../../shared/handover.ts'
import { MAX_CALL_BYTES } from '../../shared/values.ts'
import { createWebSocketChannel } from '../../shared/web-socket-channel.ts'
import type { Host } from '../host/host.ts'
import { openPage } from '../page/page-source.ts'
import { KnownTokens } from './known-tokens.ts'
import { LaunchTickets } from './launch-tickets.ts'
import { answerPageRequest, refusalOfSocket } from './requests.ts'
import { closeServer, listen } from './server-lifecycle.ts'

/**
 * The browser shell's server. What the page has to do to reach its host (names in `src/shared/handover.ts`):
 *
 * 1. The start line says `http://127.0.0.1:PORT/#token=TOKEN`. The page takes TOKEN from `location.hash`, removes it
 *    from the address bar with `history.replaceState`, and keeps it in `sessionStorage` for a reload.
 *    `shell.hello` answers with the token of the run that is on, which takes the place of an earlier run's.
 * 2. `new WebSocket(`ws://${location.host}/contract`, ['strata.1', TOKEN])`. A missing or wrong token is refused
 *    before the upgrade (401), so the page sees a close event with code 1006 and no open event.
 * 3. `createWebSocketChannel(socket)`, then the contract, beginning with `shell.hello`.
 *
 * In Electron (`location.protocol` is `app:`) there is no server: the page posts `PORT_REQUEST` to its own window with
 * `window.postMessage(PORT_REQUEST, location.origin)` and gets `PORT_REPLY` with the port in `event.ports[0]`.
 */

/** Only the loopback interface, so that no other machine can connect. */
const INTERFACE = '127.0.0.1'

/** Connections at once: a few dozen for each page that is open, and a limit for everybody on this machine. */
const MAX_CONNECTIONS = 256

/** Milliseconds in which a request has to be whole. Pages send headers only. */
const REQUEST_TIME = 10_000

/** Milliseconds after which a connection that is refused is cut off, whether or not its other side reads the refusal. */
const REFUSAL_TIME = 2_000

/** A call's bytes and room for what goes with them. */
const MAX_MESSAGE_BYTES = MAX_CALL_BYTES + 1024 * 1024

export interface WebShellOptions {
  readonly host: Pick<Host, 'connect'>
  /** Folder of the built page. */
  readonly pageDirectory: string
  /** Address of Vite's server, to take the page from there. */
  readonly developmentServer?: string | undefined
  /** Of several the first that is free, or else any free one. Default: any free one. */
  readonly port?: number | readonly number[] | undefined
  /** A random one when absent, which ends with this shell. */
  readonly tokens?: KnownTokens | undefined
  /** Connections at once, with and without a token; those beyond are closed at once. Default: 256. */
  readonly maxConnections?: number | undefined
}

export interface WebShell {
  /** Where the page is, token included: `http://127.0.0.1:PORT/#token=…`. */
  readonly address: string
  readonly token: string
  /** An address that leads to the page once, for a command line that others may read. */
  issueLaunchAddress(): string
  /** Resolves once no page is connected. */
  abandoned(): Promise<void>
  /** Ends every connection. Leaves the host open. Calls after the first wait for the first. */
  close(): Promise<void>
}

/**
 * Serves page and contract to browsers on this machine.
 * @throws Error when the page is not built or the port cannot be had.
 */
export async function startWebShell(options: WebShellOptions): Promise<WebShell> {
  const { host, tokens = KnownTokens.only() } = options
  const token = tokens.current
  const page = await openPage(options.pageDirectory, options.developmentServer)
  const tickets = new LaunchTickets()
  const times = {
    headersTimeout: REQUEST_TIME,
    requestTimeout: REQUEST_TIME,
    connectionsCheckingInterval: 1_000,
  }
  const server = createServer(times, (request, response) => {
    void answerPageRequest({ page, tickets, token }, request, response)
  })
  server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: () => WEB_SOCKET_PROTOCOL,
  })
  server.on('upgrade', (request, stream, head) => {
    // Unheard, an error on a connection that is being refused would end the process.
    stream.on('error', () => stream.destroy())
    const status = refusalOfSocket(request, tokens)
    if (status !== undefined) {
      refuseUpgrade(stream, status)
      return
    }
    sockets.handleUpgrade(request, stream, head, socket => {
      host.connect(createBoundedChannel(socket), { token })
    })
  })
  const { port } = await listen(server, INTERFACE, options.port ?? 0)
  const origin = `http://${INTERFACE}:${port}`
  let closing: Promise<void> | undefined
  return {
    address: `${origin}/#token=${token}`,
    token,
    issueLaunchAddress: () => `${origin}${tickets.issue()}`,
    async abandoned() {
      while (sockets.clients.size > 0) {
        await Promise.all([...sockets.clients].map(socket => once(socket, 'close')))
      }
    },
    close: () => (closing ??= closeServer(server, sockets)),
  }
}

/** Answers and ends both sides: an HTTP server allows half-open sockets, so the other side may never end its own. */
function refuseUpgrade(stream: Duplex, status: number): void {
  const destroy = (): void => void stream.destroy()
  const timer = setTimeout(destroy, REFUSAL_TIME).unref()
  stream.once('close', () => clearTimeout(timer))
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`
  stream.end(head, destroy)
}

/** Bytes that may wait for a page to read them. Pages pull what is large, so none that reads comes near. */
const MAX_BACKLOG_BYTES = 128 * 1024 * 1024

/** A channel to one page that drops the page, rather than keep more for it than `limit` bytes. */
export function createBoundedChannel(
  socket: Pick<WebSocket, 'bufferedAmount' | 'terminate'> & Parameters<typeof createWebSocketChannel>[0],
  limit = MAX_BACKLOG_BYTES,
): Channel {
  const channel = createWebSocketChannel(socket)
  return {
    ...channel,
    post(message) {
      if (socket.bufferedAmount > limit) socket.terminate()
      else channel.post(message)
    },
  }
}
