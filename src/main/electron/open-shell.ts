import type { BrowserWindow } from 'electron'
import { messageOf } from '../../core/errors.ts'
import { applicationDirectory, pageDirectory } from '../application.ts'
import type { Host } from '../host/host.ts'
import { openSources } from '../open-sources.ts'
import { openPage } from '../page/open-page.ts'
import { requestedSources } from '../sources.ts'
import { closeWithApplication, followTheme } from './application-life.ts'
import { openMainWindow } from './main-window.ts'
import { servePage } from './page-protocol.ts'
import { denyPermissions } from './permissions.ts'
import { handOverPorts } from './port-handover.ts'
import { isNothing, parseRequested, type Requested } from './requested-by.ts'
import type { ElectronRun } from './run-electron-shell.ts'
import { createShellActions } from './shell-actions.ts'

/** Puts host, page and window together, once Electron is ready. */
export async function openShell(run: ElectronRun, requested: Requested): Promise<void> {
  const { electron, mainDirectory } = run
  const { app, BrowserWindow } = electron
  let window: BrowserWindow | undefined
  const host = await run.createHost({
    dataDirectory: app.getPath('userData'),
    shell: 'electron',
    appVersion: app.getVersion(),
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

/** A path that can't be opened is no reason to show no window. */
async function openRequested(
  host: Host,
  requested: Requested,
  dialog: ElectronRun['electron']['dialog'],
): Promise<void> {
  const title = 'Strata cannot open this'
  try {
    const failures = await openSources(host, await requestedSources(requested))
    if (failures.length > 0) dialog.showErrorBox(title, failures.map(messageOf).join('\n'))
  } catch (error) {
    dialog.showErrorBox(title, messageOf(error))
  }
}

function focus(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.focus()
}
