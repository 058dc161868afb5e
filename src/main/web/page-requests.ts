import type { IncomingMessage, ServerResponse } from 'node:http'
import { contentSecurityPolicy, pageHeaders, SECURITY_HEADERS } from '../page/page-headers.ts'
import type { PageSource } from '../page/page-source.ts'
import { isLoopbackHost, isSameOrigin } from './access.ts'
import type { LaunchTickets } from './launch-tickets.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
}

export interface PageRequests {
  readonly page: PageSource
  readonly tickets: LaunchTickets
  readonly token: string
}

/** Answers a request for the page: a file of it, or a refusal that says no more than its status. */
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
      // Whatever body the request still brings is not read.
      Connection: 'close',
      ...headers,
    },
  }
}
