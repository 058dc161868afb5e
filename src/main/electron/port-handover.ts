import type { IpcMain, IpcMainEvent, WebContents } from 'electron'
import { PORT_REPLY, PORT_REQUEST } from '../../shared/handover.ts'
import { createMessagePortChannel } from '../../shared/message-port-channel.ts'
import type { Host } from '../host/host.ts'
import { isPageAddress } from './page-protocol.ts'
import type { ElectronModules } from './run-electron-shell.ts'

export interface PortHandover {
  readonly ipcMain: Pick<IpcMain, 'on'>
  readonly MessageChannelMain: ElectronModules['MessageChannelMain']
  readonly host: Pick<Host, 'connect'>
  /** Whether these contents are of one of our own windows. */
  readonly isOwn: (contents: WebContents) => boolean
}

/** Gives the page its port to the host when it asks: the one message of Electron's that is listened to. */
export function handOverPorts({ ipcMain, MessageChannelMain, host, isOwn }: PortHandover): void {
  ipcMain.on(PORT_REQUEST, event => {
    const frame = ownMainFrame(event, isOwn)
    if (frame === undefined) return
    const { port1, port2 } = new MessageChannelMain()
    host.connect(createMessagePortChannel(port1))
    frame.postMessage(PORT_REPLY, null, [port2])
  })
}

/** The frame that asks, if it is the page itself: in our window, at the top, and still on the page's address. */
function ownMainFrame(
  { sender, senderFrame: frame }: IpcMainEvent,
  isOwn: PortHandover['isOwn'],
): Electron.WebFrameMain | undefined {
  if (frame === null || !isOwn(sender)) return undefined
  return frame === sender.mainFrame && isPageAddress(frame.url) ? frame : undefined
}
