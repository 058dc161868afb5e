import { ipcRenderer } from 'electron'
import { PORT_REPLY, PORT_REQUEST } from '../shared/handover.ts'

// The page can't see Electron, and Electron's messages can't carry a port into the page: this stands between.
window.addEventListener('message', event => {
  if (event.source === window && event.data === PORT_REQUEST) ipcRenderer.send(PORT_REQUEST)
})
ipcRenderer.on(PORT_REPLY, event => window.postMessage(PORT_REPLY, location.origin, [...event.ports]))
