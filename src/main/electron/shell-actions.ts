import type { BrowserWindow, OpenDialogOptions } from 'electron'
import { DatastoreError } from '../../core/errors.ts'
import type { ShellActions } from '../host/handlers/shell.ts'
import { menuTemplate } from './menu-template.ts'
import type { ElectronModules } from './run-electron-shell.ts'

const STACK_FILES = [{ name: 'Stack files', extensions: ['json'] }]

interface ShellContext extends Pick<ElectronModules, 'app' | 'clipboard' | 'dialog' | 'Menu' | 'shell'> {
  /** The window that dialogs belong to. */
  readonly window: () => BrowserWindow | undefined
}

/** The desktop functions that the page can use through the host. */
export function createShellActions({
  app,
  clipboard,
  dialog,
  Menu,
  shell,
  window,
}: ShellContext): ShellActions {
  const pick = async (options: OpenDialogOptions): Promise<string | undefined> => {
    const owner = window()
    const { filePaths } = await (owner === undefined
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(owner, options))
    return filePaths[0]
  }
  return {
    pickFolder: () => pick({ title: 'Open folder', properties: ['openDirectory', 'createDirectory'] }),
    pickStackFile: () => pick({ title: 'Open stack file', properties: ['openFile'], filters: STACK_FILES }),
    async pickSaveLocation(name) {
      const options = { defaultPath: name }
      const owner = window()
      const { canceled, filePath } = await (owner === undefined
        ? dialog.showSaveDialog(options)
        : dialog.showSaveDialog(owner, options))
      return canceled || filePath === '' ? undefined : filePath
    },
    clipboardText: () => clipboard.readText(),
    async reveal(path) {
      shell.showItemInFolder(path)
    },
    async openExternal(url) {
      if (!isAllowedLink(url)) {
        throw new DatastoreError(
          'ACCESS_DENIED',
          `Cannot open ${JSON.stringify(url)}: Strata opens only https links to known sites`,
        )
      }
      await shell.openExternal(url)
    },
    setMenu(commands, onInvoke) {
      const template = menuTemplate(commands, onInvoke, {
        platform: process.platform,
        name: app.name,
        isDevelopment: !app.isPackaged,
      })
      Menu.setApplicationMenu(Menu.buildFromTemplate(template))
    },
  }
}

/** Sites that the page may open in the user's browser. */
const ALLOWED_HOSTS: ReadonlySet<string> = new Set(['github.com'])

/**
 * Whether an address may be opened by the system. The system starts any program that is registered for the scheme, so
 * only plain https links to known sites are allowed.
 */
function isAllowedLink(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, port, username, password } = new URL(address)
  return protocol === 'https:' && ALLOWED_HOSTS.has(hostname) && `${port}${username}${password}` === ''
}
