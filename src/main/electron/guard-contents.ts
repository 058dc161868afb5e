import type { App, Session, WebContents } from 'electron'
import { isPageAddress } from './page-protocol.ts'

/**
 * Keeps whatever contents there ever are on the page: they navigate nowhere else, open no window and attach no webview.
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
    // The page has no frames: one that appears is not ours, wherever it goes.
    if (!event.isMainFrame || !isPageAddress(event.url)) event.preventDefault()
  }
  contents.on('will-frame-navigate', stayOnPage)
  contents.on('will-navigate', stayOnPage)
  contents.on('will-redirect', stayOnPage)
  contents.on('will-attach-webview', event => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}

/** "Copy key" and "Copy value": writing text, on a click. Reading the clipboard is not among it. */
const COPY = 'clipboard-sanitized-write'

/** Denies the page every permission but to copy text. Left alone, Electron would grant them all. */
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
