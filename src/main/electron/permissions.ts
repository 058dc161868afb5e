import type { Session } from 'electron'
import { isPageAddress } from './page-address.ts'

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
