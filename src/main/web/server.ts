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
import { AcceptedTokens } from './accepted-tokens.ts'
import { LaunchTickets } from './launch-tickets.ts'
import { answerPageRequest, refusalOfSocket } from './requests.ts'
import { closeServer, listen } from './server-lifecycle.ts'

/**
 * The browser shell's server. What the page has to do to reach its host (names in `src/shared/handover.ts`):
 *
 * 1. The start line says `http://127.0.0.1:PORT/#token=TOKEN`. The page takes TOKEN from `location.hash`, removes it
 *    from the address bar with `history.replaceState`, and keeps it in `sessionStorage` for a reload.
 *    `shell.hello` answers with the token of the current run, which replaces the token of an earlier run.
 * 2. `new WebSocket(`ws://${location.host}/contract`, ['strata.1', TOKEN])`. A missing or wrong token is refused
 *    before the upgrade (401), so the page sees a close event with code 1006 and no open event.
 * 3. `createWebSocketChannel(socket)`, then the contract, beginning with `shell.hello`.
 *
 * In Electron (`location.protocol` is `app:`) there is no server: the page posts `PORT_REQUEST` to its own window with
 * `window.postMessage(PORT_REQUEST, location.origin)` and gets `PORT_REPLY` with the port in `event.ports[0]`.
 */

/** Only the loopback interface, so that no other machine can connect. */
const INTERFACE = '127.0.0.1'

/** The maximum number of connections of all programs on this machine. An open page needs up to a few dozen. */
const MAX_CONNECTIONS = 256

/** Milliseconds within which a request must be complete. Pages send headers only. */
const REQUEST_TIME = 10_000

/** Milliseconds after which a refused connection is destroyed, whether or not the client has read the refusal. */
const REFUSAL_TIME = 2_000

/** The maximum data of a call, and room for the rest of its message. */
const MAX_MESSAGE_BYTES = MAX_CALL_BYTES + 1024 * 1024

export interface WebShellOptions {
  readonly host: Pick<Host, 'connect'>
  /** Folder of the built page. */
  readonly pageDirectory: string
  /** Address of Vite's server, to take the page from there. */
  readonly developmentServer?: string | undefined
  /** If several are given, the first free one; if none is free, any free port. Default: any free port. */
  readonly port?: number | readonly number[] | undefined
  /** Default: a random token that is valid until this shell closes. */
  readonly tokens?: AcceptedTokens | undefined
  /** The maximum number of connections, with or without a token. Further ones are closed immediately. Default: 256. */
  readonly maxConnections?: number | undefined
}

export interface WebShell {
  /** The address of the page, with the token: `http://127.0.0.1:PORT/#token=…`. */
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
 * @throws Error if the page is not built or the port is not available.
 */
export async function startWebShell(options: WebShellOptions): Promise<WebShell> {
  const { host, tokens = AcceptedTokens.only() } = options
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
    // Without a listener, an error on a connection that is being refused would end the process.
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

/** The maximum number of bytes that are queued for a page. Pages pull large data, so a working page stays far below. */
const MAX_BACKLOG_BYTES = 128 * 1024 * 1024

/** A channel to one page. Disconnects the page if more than `limit` bytes are queued for it. */
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
