import { join } from 'node:path'
import type { BrowserWindow } from 'electron'
import type { Host } from '../host/host.ts'
import type { WindowState } from '../host/workspace/window-state.ts'
import type { ElectronModules } from './electron-modules.ts'
import { PAGE_ADDRESS } from './page-address.ts'
import { windowOptions } from './window-options.ts'
import { placeWindow } from './window-placement.ts'

export interface WindowNeeds
  extends Pick<ElectronModules, 'app' | 'BrowserWindow' | 'dialog' | 'nativeTheme' | 'screen'> {
  readonly host: Pick<Host, 'windowState'>
  /** Folder of the built main process; the preload script is beside it. */
  readonly mainDirectory: string
}

/** Opens the window where it was when it was last seen, and remembers where it goes. */
export function openMainWindow(needs: WindowNeeds): BrowserWindow {
  const { app, host, screen } = needs
  const main = screen.getPrimaryDisplay()
  const displays = [main, ...screen.getAllDisplays().filter(({ id }) => id !== main.id)]
  const window = new needs.BrowserWindow(
    windowOptions({
      placement: placeWindow(
        host.windowState,
        displays.map(({ workArea }) => workArea),
      ),
      preload: join(needs.mainDirectory, '..', 'preload', 'index.cjs'),
      isDark: needs.nativeTheme.shouldUseDarkColors,
      isDevelopment: !app.isPackaged,
    }),
  )
  if (host.windowState?.isMaximized === true) window.maximize()
  if (host.windowState?.isFullScreen === true) window.setFullScreen(true)
  rememberPlace(window, host)
  askBeforeLosing(window, needs.dialog)
  recoverFromCrash(window, needs.dialog)
  window.once('ready-to-show', () => window.show())
  window.loadURL(PAGE_ADDRESS).catch((error: unknown) => {
    needs.dialog.showErrorBox('Strata cannot show its window', String(error))
  })
  return window
}

function rememberPlace(window: BrowserWindow, host: Pick<Host, 'windowState'>): void {
  const remember = (): void => {
    host.windowState = stateOf(window)
  }
  window.on('resize', remember)
  window.on('move', remember)
  window.on('close', remember)
}

/** The bounds are those that the window goes back to when it is made small again. */
function stateOf(window: BrowserWindow): WindowState {
  return {
    ...window.getNormalBounds(),
    isMaximized: window.isMaximized(),
    isFullScreen: window.isFullScreen(),
  }
}

/** A page with unsaved edits objects to being left. A browser would ask; Electron, left alone, just stays open. */
function askBeforeLosing(window: BrowserWindow, dialog: WindowNeeds['dialog']): void {
  window.webContents.on('will-prevent-unload', event => {
    const choice = dialog.showMessageBoxSync(window, {
      type: 'warning',
      message: 'There are changes that were not put into the store.',
      buttons: ['Stay', 'Leave and lose them'],
      defaultId: 0,
      cancelId: 0,
    })
    if (choice === 1) event.preventDefault()
  })
}

function recoverFromCrash(window: BrowserWindow, dialog: WindowNeeds['dialog']): void {
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return
    const choice = dialog.showMessageBoxSync(window, {
      type: 'error',
      message: 'The window stopped working.',
      detail: `Stores and running jobs are not affected (${reason}).`,
      buttons: ['Reload', 'Close'],
      defaultId: 0,
    })
    if (choice === 0) window.reload()
    else window.destroy()
  })
}
