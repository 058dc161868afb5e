import type { Channel } from '../../shared/channel.ts'
import { PORT_REPLY, PORT_REQUEST, WEB_SOCKET_PATH, WEB_SOCKET_PROTOCOL } from '../../shared/handover.ts'
import { createMessagePortChannel } from '../../shared/message-port-channel.ts'
import { createWebSocketChannel } from '../../shared/web-socket-channel.ts'
import { CallError } from './client.ts'
import { takeToken } from './token.ts'

/** Opens a channel to the host, by whichever way this page was loaded. Rejects with `CONNECTION`. */
export function dial(): Promise<Channel> {
  return location.protocol === 'app:' ? dialElectron() : dialWeb()
}

function dialElectron(): Promise<Channel> {
  return new Promise(resolve => {
    const receive = (event: MessageEvent): void => {
      const [port] = event.ports
      if (event.source !== window || event.data !== PORT_REPLY || port === undefined) return
      window.removeEventListener('message', receive)
      resolve(createMessagePortChannel(port))
    }
    window.addEventListener('message', receive)
    window.postMessage(PORT_REQUEST, location.origin)
  })
}

function dialWeb(): Promise<Channel> {
  const token = takeToken()
  if (token === undefined) {
    return Promise.reject(
      refused('this address carries no token. Open the address that Strata printed when it started'),
    )
  }
  return new Promise((resolve, reject) => {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const socket = new WebSocket(`${scheme}://${location.host}${WEB_SOCKET_PATH}`, [
      WEB_SOCKET_PROTOCOL,
      token,
    ])
    const channel = createWebSocketChannel(socket)
    socket.addEventListener('open', () => resolve(channel))
    channel.onClose(() =>
      reject(
        refused(
          'nothing answers at this address, or its token is of an earlier start. ' +
            'See that Strata runs, and open the address that it printed',
        ),
      ),
    )
  })
}

function refused(state: string): CallError {
  return new CallError({ code: 'CONNECTION', message: `Cannot reach Strata: ${state}` })
}
