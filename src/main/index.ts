import {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  nativeTheme,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
} from 'electron'
import { runElectronShell } from './electron/run-electron-shell.ts'
import { createHost } from './host/host.ts'

// Not awaited: Electron becomes ready only after this module has run to its end, and the shell waits for that.
void runElectronShell({
  electron: {
    app,
    BrowserWindow,
    clipboard,
    dialog,
    ipcMain,
    Menu,
    MessageChannelMain,
    nativeTheme,
    protocol,
    safeStorage,
    screen,
    session,
    shell,
  },
  createHost,
  mainDirectory: import.meta.dirname,
  developmentServer:
    import.meta.env.MODE === 'development' ? process.env['ELECTRON_RENDERER_URL'] : undefined,
  argv: process.argv,
})
