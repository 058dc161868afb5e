import type { IncomingMessage } from 'node:http'
import { WEB_SOCKET_PATH, WEB_SOCKET_PROTOCOL } from '../../shared/handover.ts'
import { isLoopbackHost, isSameOrigin } from './access.ts'
import type { KnownTokens } from './known-tokens.ts'

/**
 * Judges a request for the WebSocket.
 * @returns The HTTP status to refuse it with; `undefined` when it may pass.
 */
export function refusalOfSocket(
  { url, headers }: Pick<IncomingMessage, 'url' | 'headers'>,
  tokens: Pick<KnownTokens, 'accepts'>,
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
