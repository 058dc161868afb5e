import type { App, NativeTheme } from 'electron'
import type { Host } from '../host/host.ts'
import { withinTime } from '../within-time.ts'

/** Milliseconds to close stacks and save in; a store that hangs must not keep the program from ending. */
const CLOSING_TIME = 10_000

/** Keeps menus, dialogs and window frames in the theme that the page is set to. */
export function followTheme(
  host: Pick<Host, 'workspace'>,
  nativeTheme: Pick<NativeTheme, 'themeSource'>,
): void {
  const { workspace } = host
  nativeTheme.themeSource = workspace.state.settings.theme
  workspace.onChange(({ settings }) => {
    nativeTheme.themeSource = settings.theme
  })
}

/** Closes the host once every window is closed and the application means to end. */
export function closeWithApplication(app: Pick<App, 'once' | 'exit'>, host: Pick<Host, 'close'>): void {
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
