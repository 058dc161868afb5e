import type { IpcMain, IpcMainEvent, WebContents } from 'electron'
import { createMessagePortChannel } from '../../shared/channel.ts'
import { PORT_REPLY, PORT_REQUEST } from '../../shared/handover.ts'
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

/** Sends the page its port to the host on request. This is the only IPC message that is handled. */
export function handOverPorts({ ipcMain, MessageChannelMain, host, isOwn }: PortHandover): void {
  ipcMain.on(PORT_REQUEST, event => {
    const frame = ownMainFrame(event, isOwn)
    if (frame === undefined) return
    const { port1, port2 } = new MessageChannelMain()
    host.connect(createMessagePortChannel(port1))
    frame.postMessage(PORT_REPLY, null, [port2])
  })
}

/** The requesting frame, if it is the page: the main frame of our window, at the page's address. */
function ownMainFrame(
  { sender, senderFrame: frame }: IpcMainEvent,
  isOwn: PortHandover['isOwn'],
): Electron.WebFrameMain | undefined {
  if (frame === null || !isOwn(sender)) return undefined
  return frame === sender.mainFrame && isPageAddress(frame.url) ? frame : undefined
}
