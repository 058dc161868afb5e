import type { BrowserWindow, OpenDialogOptions } from 'electron'
import { DatastoreError } from '../../core/errors.ts'
import type { ShellActions } from '../host/shell-actions.ts'
import type { ElectronModules } from './electron-modules.ts'
import { isAllowedLink } from './external-links.ts'
import { menuTemplate } from './menu-template.ts'

const STACK_FILES = [{ name: 'Stack files', extensions: ['json'] }]

export interface ShellSurroundings extends Pick<ElectronModules, 'app' | 'dialog' | 'Menu' | 'shell'> {
  /** The window that dialogs belong to. */
  readonly window: () => BrowserWindow | undefined
}

/** What the page may ask of the desktop, by way of the host. */
export function createShellActions({ app, dialog, Menu, shell, window }: ShellSurroundings): ShellActions {
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
    async reveal(path) {
      shell.showItemInFolder(path)
    },
    async openExternal(url) {
      if (!isAllowedLink(url)) {
        throw new DatastoreError(
          'ACCESS_DENIED',
          `Cannot open ${JSON.stringify(url)}: Strata opens no such links`,
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
