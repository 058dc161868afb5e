import type * as electron from 'electron'
import { applicationDirectory, callerDirectory } from '../application.ts'
import type { createHost } from '../host/host.ts'
import { guardContents } from './guard-contents.ts'
import { openShell } from './open-shell.ts'
import { registerPageScheme } from './page-protocol.ts'
import { requestedBy } from './requested-by.ts'

/** All of Electron's modules that Strata uses. Passed in by `index.ts`, so that tests can pass doubles. */
export type ElectronModules = Pick<
  typeof electron,
  | 'app'
  | 'BrowserWindow'
  | 'clipboard'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'MessageChannelMain'
  | 'nativeTheme'
  | 'protocol'
  | 'safeStorage'
  | 'screen'
  | 'session'
  | 'shell'
>

export interface ElectronRun {
  readonly electron: ElectronModules
  readonly createHost: typeof createHost
  /** Folder of the built main process, `out/main`. */
  readonly mainDirectory: string
  /** Address of Vite's server, to take the page from there. */
  readonly developmentServer?: string | undefined
  readonly argv: readonly string[]
}

/**
 * Runs Strata in its own window, or passes the request on to an instance that is already running. Everything that must
 * precede Electron's `ready` event happens synchronously.
 */
export async function runElectronShell(run: ElectronRun): Promise<void> {
  const { app, dialog, protocol } = run.electron
  const dataDirectory = process.env['STRATA_DATA']
  if (dataDirectory !== undefined && dataDirectory !== '') app.setPath('userData', dataDirectory)
  try {
    const directory = callerDirectory(applicationDirectory(run.mainDirectory), process.cwd(), process.env)
    const requested = requestedBy(run.argv, app.isPackaged, directory)
    if (!app.requestSingleInstanceLock(requested)) {
      app.quit()
      return
    }
    app.enableSandbox()
    registerPageScheme(protocol)
    guardContents(app)
    await app.whenReady()
    await openShell(run, requested)
  } catch (error) {
    dialog.showErrorBox('Strata cannot start', error instanceof Error ? error.message : String(error))
    app.exit(1)
  }
}
