import { EventEmitter } from 'node:events'
import type {
  App,
  BrowserWindowConstructorOptions,
  Dialog,
  IpcMainEvent,
  MenuItemConstructorOptions,
  NativeTheme,
  OpenDialogReturnValue,
  Protocol,
  Rectangle,
  SafeStorage,
  SaveDialogReturnValue,
  Screen,
  Session,
  Shell,
  WebContents,
  WebFrameMain,
} from 'electron'
import { vi } from 'vitest'
import type { ElectronModules } from '../../../src/main/electron/run-electron-shell.ts'

type PermissionRequestHandler = NonNullable<Parameters<Session['setPermissionRequestHandler']>[0]>
type PermissionCheckHandler = NonNullable<Parameters<Session['setPermissionCheckHandler']>[0]>
type DevicePermissionHandler = NonNullable<Parameters<Session['setDevicePermissionHandler']>[0]>
type WindowOpenHandler = Parameters<WebContents['setWindowOpenHandler']>[0]
export type PageHandler = Parameters<Protocol['handle']>[1]

class PortDouble extends EventEmitter {
  readonly posted: unknown[] = []
  postMessage(message: unknown): void {
    this.posted.push(message)
  }
  start(): void {}
  close(): void {
    this.emit('close')
  }
}

export class FrameDouble {
  url: string
  readonly posted: { readonly channel: string; readonly ports: readonly unknown[] }[] = []
  constructor(url: string) {
    this.url = url
  }
  readonly postMessage = ((channel, _message, ports = []) => {
    this.posted.push({ channel, ports })
  }) satisfies WebFrameMain['postMessage']
}

export class ContentsDouble extends EventEmitter {
  readonly mainFrame = new FrameDouble('app://strata/')
  openWindow: WindowOpenHandler | undefined
  setWindowOpenHandler(handler: WindowOpenHandler): void {
    this.openWindow = handler
  }

  /** @returns Whether no listener of `event` prevented it. */
  allows(event: string, details: object): boolean {
    let isAllowed = true
    this.emit(event, { ...details, preventDefault: () => (isAllowed = false) })
    return isAllowed
  }
}

export class WindowDouble extends EventEmitter {
  static readonly opened: WindowDouble[] = []
  static isUnloadable = false
  static fromWebContents(contents: unknown): WindowDouble | null {
    return WindowDouble.opened.find(({ webContents }) => webContents === contents) ?? null
  }

  readonly webContents = new ContentsDouble()
  readonly calls: string[] = []
  readonly options: BrowserWindowConstructorOptions
  bounds: Rectangle = { x: 10, y: 20, width: 1000, height: 700 }
  isMinimized = vi.fn(() => false)
  isMaximized = vi.fn(() => false)
  isFullScreen = vi.fn(() => false)
  loadURL = vi.fn<(url: string) => Promise<void>>(async () => {
    if (WindowDouble.isUnloadable) throw new Error('ERR_FAILED')
  })
  getNormalBounds = vi.fn(() => this.bounds)
  show = vi.fn()
  focus = vi.fn()
  restore = vi.fn()
  reload = vi.fn()
  destroy = vi.fn()
  maximize = vi.fn()
  setFullScreen = vi.fn()

  constructor(options: BrowserWindowConstructorOptions) {
    super()
    this.options = options
    WindowDouble.opened.push(this)
  }
}

/**
 * The parts of Electron that Strata uses. Each is checked against the real package's types, so that a change
 * there makes this fail to compile.
 */
export function createElectronDouble({ isPackaged = true, isFirst = true } = {}) {
  WindowDouble.opened.length = 0
  const order: string[] = []
  const display = { id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1040 } }
  const app = Object.assign(new EventEmitter(), {
    isPackaged,
    name: 'Strata',
    quit: vi.fn<App['quit']>(),
    exit: vi.fn<App['exit']>(),
    setPath: vi.fn<App['setPath']>(),
    getPath: vi.fn<App['getPath']>(name => `/data/${name}`),
    getVersion: vi.fn<App['getVersion']>(() => '1.2.3'),
    enableSandbox: vi.fn<App['enableSandbox']>(() => void order.push('enableSandbox')),
    requestSingleInstanceLock: vi.fn<App['requestSingleInstanceLock']>(() => isFirst),
    whenReady: vi.fn<App['whenReady']>(async () => void order.push('ready')),
  } satisfies Partial<App>)
  const session = {
    setPermissionRequestHandler: vi.fn<(handler: PermissionRequestHandler | null) => void>(),
    setPermissionCheckHandler: vi.fn<(handler: PermissionCheckHandler | null) => void>(),
    setDevicePermissionHandler: vi.fn<(handler: DevicePermissionHandler | null) => void>(),
  } satisfies Partial<Session>
  const protocol = {
    registerSchemesAsPrivileged: vi.fn<Protocol['registerSchemesAsPrivileged']>(
      () => void order.push('registerSchemes'),
    ),
    handle: vi.fn<Protocol['handle']>(),
  } satisfies Partial<Protocol>
  const dialog = {
    showErrorBox: vi.fn<Dialog['showErrorBox']>(),
    showMessageBoxSync: vi.fn<(...args: unknown[]) => number>(() => 0),
    showOpenDialog: vi.fn<(...args: unknown[]) => Promise<OpenDialogReturnValue>>(async () => ({
      canceled: true,
      filePaths: [],
    })),
    showSaveDialog: vi.fn<(...args: unknown[]) => Promise<SaveDialogReturnValue>>(async () => ({
      canceled: true,
      filePath: '',
    })),
  } satisfies Partial<Dialog>
  const shell = {
    openExternal: vi.fn<Shell['openExternal']>(async () => undefined),
    showItemInFolder: vi.fn<Shell['showItemInFolder']>(),
  } satisfies Partial<Shell>
  const nativeTheme = {
    shouldUseDarkColors: false,
    themeSource: 'system',
  } as Pick<NativeTheme, 'shouldUseDarkColors' | 'themeSource'>
  const screen = {
    getPrimaryDisplay: () => display as Electron.Display,
    getAllDisplays: () => [display as Electron.Display],
  } satisfies Partial<Screen>
  const Menu = {
    buildFromTemplate: vi.fn((template: MenuItemConstructorOptions[]) => template),
    setApplicationMenu: vi.fn<(menu: readonly MenuItemConstructorOptions[]) => void>(),
  }
  const ipcMain = new EventEmitter()
  class MessageChannelMain {
    readonly port1 = new PortDouble()
    readonly port2 = new PortDouble()
  }
  const safeStorage = {
    isAsyncEncryptionAvailable: vi.fn<SafeStorage['isAsyncEncryptionAvailable']>(async () => true),
    getSelectedStorageBackend: vi.fn<SafeStorage['getSelectedStorageBackend']>(() => 'gnome_libsecret'),
    encryptStringAsync: vi.fn<SafeStorage['encryptStringAsync']>(async text => Buffer.from(`sealed ${text}`)),
    decryptStringAsync: vi.fn<SafeStorage['decryptStringAsync']>(async sealed => ({
      result: sealed.toString().replace('sealed ', ''),
      shouldReEncrypt: false,
    })),
  } satisfies Partial<SafeStorage>
  const clipboard = { readText: vi.fn<Electron.Clipboard['readText']>(async () => '') }
  const parts = {
    app,
    clipboard,
    protocol,
    dialog,
    shell,
    nativeTheme,
    safeStorage,
    screen,
    Menu,
    ipcMain,
    session,
  }
  const modules = {
    ...parts,
    session: { defaultSession: session },
    BrowserWindow: WindowDouble,
    MessageChannelMain,
  } as unknown as ElectronModules
  return { ...parts, modules, order, windows: WindowDouble.opened }
}

export type ElectronDouble = ReturnType<typeof createElectronDouble>

/** A message as Electron delivers it, from `frame` of `contents`. */
export function messageFrom(contents: ContentsDouble, frame: FrameDouble | null): IpcMainEvent {
  return { sender: contents, senderFrame: frame } as unknown as IpcMainEvent
}
