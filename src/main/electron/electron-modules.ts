import type * as electron from 'electron'

/** What Strata uses of Electron, and all of it: handed in by `index.ts`, so that tests can hand in something else. */
export type ElectronModules = Pick<
  typeof electron,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'MessageChannelMain'
  | 'nativeTheme'
  | 'protocol'
  | 'screen'
  | 'session'
  | 'shell'
>
