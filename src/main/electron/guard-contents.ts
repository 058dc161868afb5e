import type { App, Session, WebContents } from 'electron'
import { isPageAddress } from './page-protocol.ts'

/**
 * Restricts all web contents to the page: no navigation elsewhere, no new windows, no webviews.
 */
export function guardContents(app: Pick<App, 'on'>): void {
  app.on('web-contents-created', (_event, contents) => guard(contents))
}

function guard(contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>): void {
  const stayOnPage = (event: {
    preventDefault(): void
    readonly url: string
    readonly isMainFrame: boolean
  }): void => {
    // The page has no frames, so any frame is foreign.
    if (!event.isMainFrame || !isPageAddress(event.url)) event.preventDefault()
  }
  contents.on('will-frame-navigate', stayOnPage)
  contents.on('will-navigate', stayOnPage)
  contents.on('will-redirect', stayOnPage)
  contents.on('will-attach-webview', event => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}

/** Needed for "Copy key" and "Copy value": writing text on a click. Does not include reading the clipboard. */
const COPY = 'clipboard-sanitized-write'

/** Denies the page every permission except copying text. By default, Electron grants all of them. */
export function denyPermissions(
  session: Pick<
    Session,
    'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
  >,
): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(permission === COPY && details.isMainFrame && isPageAddress(details.requestingUrl))
  })
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin, details) => {
    return permission === COPY && details.isMainFrame && isPageAddress(requestingOrigin)
  })
  session.setDevicePermissionHandler(() => false)
}
