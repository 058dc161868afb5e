import type { IncomingMessage, ServerResponse } from 'node:http'
import { WEB_SOCKET_PATH, WEB_SOCKET_PROTOCOL } from '../../shared/handover.ts'
import { contentSecurityPolicy, pageHeaders, SECURITY_HEADERS } from '../page/page-headers.ts'
import type { PageSource } from '../page/page-source.ts'
import type { AcceptedTokens } from './accepted-tokens.ts'
import type { LaunchTickets } from './launch-tickets.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
}

interface PageRequests {
  readonly page: PageSource
  readonly tickets: LaunchTickets
  readonly token: string
}

/** Answers a request for the page: with a file of the page, or with an error status and no body. */
export async function answerPageRequest(
  requests: PageRequests,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await findAnswer(requests, request).catch((error: unknown) => {
    console.error(error)
    return refuse(500)
  })
  response.writeHead(answer.status, answer.headers)
  response.end(request.method === 'HEAD' ? undefined : answer.body)
}

async function findAnswer({ page, tickets, token }: PageRequests, request: IncomingMessage): Promise<Answer> {
  const { method = '', url = '', headers } = request
  const { host, origin } = headers
  if (!isLoopbackHost(host)) return refuse(403)
  if (origin !== undefined && !isSameOrigin(origin, host)) return refuse(403)
  if (method !== 'GET' && method !== 'HEAD') return refuse(405, { Allow: 'GET, HEAD' })
  if (method === 'GET' && tickets.redeem(url)) return refuse(303, { Location: `/#token=${token}` })
  const file = await page.read(url)
  if (file === undefined) return refuse(404)
  // Not every browser counts the page's own WebSocket as 'self'.
  const policy = contentSecurityPolicy(page, [`ws://${host}`])
  return { status: 200, headers: pageHeaders(file, policy), body: file.bytes }
}

function refuse(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: {
      ...SECURITY_HEADERS,
      'Cache-Control': 'no-store',
      'Content-Length': '0',
      // The body of the request is not read.
      Connection: 'close',
      ...headers,
    },
  }
}

/**
 * Checks a request for the WebSocket.
 * @returns The HTTP status to refuse it with; `undefined` when it may pass.
 */
export function refusalOfSocket(
  { url, headers }: Pick<IncomingMessage, 'url' | 'headers'>,
  tokens: Pick<AcceptedTokens, 'accepts'>,
): 401 | 403 | 404 | undefined {
  const { host, origin } = headers
  if (!isLoopbackHost(host)) return 403
  if (!isSameOrigin(origin, host)) return 403
  if (url !== WEB_SOCKET_PATH) return 404
  const [protocol, given, ...more] = (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map(text => text.trim())
  if (protocol !== WEB_SOCKET_PROTOCOL || given === undefined || more.length > 0) return 401
  return tokens.accepts(given) ? undefined : 401
}

const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/

/**
 * Whether a request was made to this machine by a name that only this machine has. A page that had its own name point
 * here (DNS rebinding) still sends that name. Any port will do: through an SSH tunnel it differs from ours.
 */
export function isLoopbackHost(host: string | undefined): host is string {
  return host !== undefined && LOOPBACK_HOST.test(host)
}

/**
 * Whether the request comes from the page that was served under the same `host`. Browsers set `Origin` themselves on
 * every WebSocket and on every request to another origin; no script can change it.
 */
export function isSameOrigin(origin: string | undefined, host: string): boolean {
  return origin === `http://${host}`
}
