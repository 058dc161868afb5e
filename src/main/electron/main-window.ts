import { join } from 'node:path'
import type { BrowserWindow, BrowserWindowConstructorOptions, Rectangle } from 'electron'
import type { Host } from '../host/host.ts'
import type { WindowState } from '../host/workspace/workspace-file.ts'
import { PAGE_ADDRESS } from './page-protocol.ts'
import type { ElectronModules } from './run-electron-shell.ts'

interface WindowNeeds
  extends Pick<ElectronModules, 'app' | 'BrowserWindow' | 'dialog' | 'nativeTheme' | 'screen'> {
  readonly host: Pick<Host, 'windowState'>
  /** Folder of the built main process; the preload script is next to it. */
  readonly mainDirectory: string
}

/** Opens the window at its saved position, and saves position changes. */
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
  confirmUnload(window, needs.dialog)
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

/** The state to save. The bounds are those of the window when it is not maximized. */
function stateOf(window: BrowserWindow): WindowState {
  return {
    ...window.getNormalBounds(),
    isMaximized: window.isMaximized(),
    isFullScreen: window.isFullScreen(),
  }
}

/** A page with unsaved edits prevents unloading. A browser would ask; Electron by default just stays open. */
function confirmUnload(window: BrowserWindow, dialog: WindowNeeds['dialog']): void {
  window.webContents.on('will-prevent-unload', event => {
    const choice = dialog.showMessageBoxSync(window, {
      type: 'warning',
      message: 'There are changes that were not put into the store.',
      buttons: ['Stay', 'Leave and discard them'],
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

/** As `--background` of the page, so that an opening window does not flash. */
const BACKGROUND = { light: '#ffffff', dark: '#1c1d20' } as const

interface WindowContext {
  readonly placement: Placement
  /** Path of the preload script. */
  readonly preload: string
  readonly isDark: boolean
  readonly isDevelopment: boolean
}

/**
 * The options of the window. Security options are set even where they are Electron's default, because defaults change.
 */
function windowOptions({
  placement,
  preload,
  isDark,
  isDevelopment,
}: WindowContext): BrowserWindowConstructorOptions {
  return {
    ...placement,
    minWidth: MINIMUM.width,
    minHeight: MINIMUM.height,
    title: 'Strata',
    backgroundColor: isDark ? BACKGROUND.dark : BACKGROUND.light,
    show: false,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      devTools: isDevelopment,
      // The spell checker would download dictionaries, and values are mostly not prose.
      spellcheck: false,
    },
  }
}

/** The smallest window that the page is made for, in device-independent pixels. */
export const MINIMUM = { width: 900, height: 600 } as const

const FIRST = { width: 1280, height: 800 } as const

/** Pixels of the window that must be on a display so that the user can find and drag it. */
const VISIBLE = 64

interface Placement {
  /** Without a place, the system chooses one. */
  readonly x?: number
  readonly y?: number
  readonly width: number
  readonly height: number
}

/**
 * The placement of a window with the saved `state`: unchanged, unless it would be invisible or larger than its display.
 *
 * @param workAreas Of every display, the main one first.
 */
export function placeWindow(state: WindowState | undefined, workAreas: readonly Rectangle[]): Placement {
  const size = state ?? FIRST
  const placed = state?.x !== undefined && state.y !== undefined ? { x: state.x, y: state.y } : undefined
  const area = placed && workAreas.find(candidate => isReachable({ ...placed, width: size.width }, candidate))
  const room = area ?? workAreas[0]
  const width = clamp(size.width, MINIMUM.width, room?.width ?? size.width)
  const height = clamp(size.height, MINIMUM.height, room?.height ?? size.height)
  if (placed === undefined || area === undefined) return { width, height }
  return {
    x: clamp(placed.x, area.x, area.x + area.width - width),
    y: clamp(placed.y, area.y, area.y + area.height - height),
    width,
    height,
  }
}

/** Whether enough of the window's upper edge, by which it is dragged, is within `area`. */
function isReachable({ x, y, width }: Omit<Rectangle, 'height'>, area: Rectangle): boolean {
  const visible = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
  return visible >= VISIBLE && y >= area.y - VISIBLE && y <= area.y + area.height - VISIBLE
}

/** If `least` is greater than `most`, returns `least`. */
function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}
