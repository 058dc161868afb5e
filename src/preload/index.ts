import { ipcRenderer } from 'electron'
import { PORT_REPLY, PORT_REQUEST } from '../shared/handover.ts'

// The page has no access to Electron, and Electron cannot send a port into the page directly. This script forwards it.
window.addEventListener('message', event => {
  if (event.source === window && event.data === PORT_REQUEST) ipcRenderer.send(PORT_REQUEST)
})
ipcRenderer.on(PORT_REPLY, event => window.postMessage(PORT_REPLY, location.origin, [...event.ports]))
