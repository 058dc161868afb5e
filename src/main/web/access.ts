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
