import { ipcRenderer, webUtils } from 'electron'
import { FILE_DROPPED, PORT_REPLY, PORT_REQUEST } from '../shared/handover.ts'

// The page has no access to Electron, and Electron cannot send a port into the page directly. This script forwards it.
window.addEventListener('message', event => {
  if (event.source === window && event.data === PORT_REQUEST) ipcRenderer.send(PORT_REQUEST)
})
ipcRenderer.on(PORT_REPLY, event => window.postMessage(PORT_REPLY, location.origin, [...event.ports]))

// A page cannot learn where a dropped file is.
window.addEventListener('drop', event => {
  const [file] = event.dataTransfer?.files ?? []
  if (file === undefined || event.defaultPrevented) return
  const path = webUtils.getPathForFile(file)
  if (path !== '') window.postMessage({ type: FILE_DROPPED, path }, location.origin)
})
