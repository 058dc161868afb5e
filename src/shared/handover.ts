/** How a page reaches its host: the names that page, preload and shells agree on. */

/** Where the browser shell takes its WebSocket: the path, on the page's own address. */
export const WEB_SOCKET_PATH = '/contract'

/**
 * The first of two subprotocols that the page requests; the second is its token. It stands for the contract's version.
 * The server answers only with this one, so that the token is not sent back.
 */
export const WEB_SOCKET_PROTOCOL = 'strata.1'

/** What a page in Electron posts to its own window to ask for its port. The page's origin begins with `app:`. */
export const PORT_REQUEST = 'strata:connect'

/** The message that brings the port, as `event.ports[0]`, posted to the page's own window. */
export const PORT_REPLY = 'strata:port'

/** The `type` of the message that brings the `path` of a dropped file, posted to the page's own window in Electron. */
export const FILE_DROPPED = 'strata:dropped'

/**
 * The version of the contract. Host and page refuse each other if it differs. In a file without schemas, so that the
 * page can send it without loading them.
 */
export const CONTRACT_VERSION = 1
