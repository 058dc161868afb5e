import type { App, BrowserWindow, NativeTheme } from 'electron'
import { withinTime } from '../../core/concurrency/within-time.ts'
import { messageOf } from '../../core/errors.ts'
import { applicationDirectory, pageDirectory } from '../application.ts'
import type { Host } from '../host/host.ts'
import { openPage } from '../page/page-source.ts'
import { openSources, requestedSources } from '../sources.ts'
import { denyPermissions } from './guard-contents.ts'
import { createKeychain } from './keychain.ts'
import { openMainWindow } from './main-window.ts'
import { servePage } from './page-protocol.ts'
import { handOverPorts } from './port-handover.ts'
import { isNothing, parseRequested, type Requested } from './requested-by.ts'
import type { ElectronRun } from './run-electron-shell.ts'
import { createShellActions } from './shell-actions.ts'

/** Creates host, page and window. Call this when Electron is ready. */
export async function openShell(run: ElectronRun, requested: Requested): Promise<void> {
  const { electron, mainDirectory } = run
  const { app, BrowserWindow } = electron
  let window: BrowserWindow | undefined
  const host = await run.createHost({
    dataDirectory: app.getPath('userData'),
    shell: 'electron',
    appVersion: app.getVersion(),
    keychain: createKeychain(electron.safeStorage, process.platform),
    shellActions: createShellActions({ ...electron, window: () => window }),
  })
  const page = await openPage(pageDirectory(applicationDirectory(mainDirectory)), run.developmentServer)
  const showWindow = (): void => {
    if (window !== undefined) {
      focus(window)
      return
    }
    window = openMainWindow({ ...electron, host, mainDirectory })
    window.once('closed', () => {
      window = undefined
    })
  }

  denyPermissions(electron.session.defaultSession)
  servePage(electron.protocol, page)
  handOverPorts({ ...electron, host, isOwn: contents => BrowserWindow.fromWebContents(contents) === window })
  followTheme(host, electron.nativeTheme)
  closeWithApplication(app, host)
  app.on('activate', showWindow)
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('second-instance', (_event, _argv, _directory, data) => {
    showWindow()
    const further = parseRequested(data)
    if (further !== undefined && !isNothing(further)) void openRequested(host, further, electron.dialog)
  })

  await openRequested(host, requested, electron.dialog)
  showWindow()
}

/** Opens sources and reports failures. The window is shown even if none can be opened. */
async function openRequested(
  host: Host,
  requested: Requested,
  dialog: ElectronRun['electron']['dialog'],
): Promise<void> {
  const title = 'Strata cannot open this'
  try {
    const failures = await openSources(host, await requestedSources(requested, host.recognise))
    if (failures.length > 0) dialog.showErrorBox(title, failures.map(messageOf).join('\n'))
  } catch (error) {
    dialog.showErrorBox(title, messageOf(error))
  }
}

function focus(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.focus()
}

/** Milliseconds to close stacks and save. A store that hangs must not prevent the program from ending. */
const CLOSING_TIME = 10_000

/** Keeps menus, dialogs and window frames in the theme that the page is set to. */
function followTheme(host: Pick<Host, 'workspace'>, nativeTheme: Pick<NativeTheme, 'themeSource'>): void {
  const { workspace } = host
  nativeTheme.themeSource = workspace.state.settings.theme
  workspace.onChange(({ settings }) => {
    nativeTheme.themeSource = settings.theme
  })
}

/** Closes the host when the application is about to quit. */
function closeWithApplication(app: Pick<App, 'once' | 'exit'>, host: Pick<Host, 'close'>): void {
  app.once('will-quit', event => {
    event.preventDefault()
    void closeAndExit(app, host)
  })
}

async function closeAndExit(app: Pick<App, 'exit'>, host: Pick<Host, 'close'>): Promise<void> {
  try {
    const isClosed = await withinTime(host.close(), CLOSING_TIME)
    app.exit(isClosed ? 0 : 1)
  } catch (error) {
    console.error(error)
    app.exit(1)
  }
}
