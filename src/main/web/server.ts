/**
 * The browser shell's server. What the page has to do to reach its host (names in `src/shared/handover.ts`):
 *
 * 1. The start line says `http://127.0.0.1:PORT/#token=TOKEN`. The page takes TOKEN from `location.hash`, removes it
 *    from the address bar with `history.replaceState`, and keeps it in `sessionStorage` for a reload.
 * 2. `new WebSocket(`ws://${location.host}/contract`, ['strata.1', TOKEN])`. A missing or wrong token is refused
 *    before the upgrade (401), so the page sees a close event with code 1006 and no open event.
 * 3. `createWebSocketChannel(socket)`, then the contract, beginning with `shell.hello`.
 *
 * In Electron (`location.protocol` is `app:`) there is no server: the page posts `PORT_REQUEST` to its own window with
 * `window.postMessage(PORT_REQUEST, location.origin)` and gets `PORT_REPLY` with the port in `event.ports[0]`.
 */
