import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { WindowState } from '../../../src/main/host/workspace/workspace-file.ts'
import { createElectronDouble, WindowDouble } from './electron-double.ts'
import { cleanUp, createHostDouble, runOnDouble } from './run-on-double.ts'

let data: string
let stack: string
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'strata-data-'))
  stack = join(data, 'a.stack.json')
  await writeFile(stack, '{}')
})
afterAll(async () => {
  await rm(data, { recursive: true })
  await cleanUp()
})

interface Start {
  readonly argv?: readonly string[]
  readonly isFirst?: boolean
  readonly windowState?: WindowState
}

async function start({ argv = [], isFirst = true, windowState }: Start = {}) {
  const electron = createElectronDouble({ isFirst })
  const host = createHostDouble()
  host.host.windowState = windowState
  const run = await runOnDouble(electron, host, ['/opt/strata', ...argv])
  return { electron, host, run, window: electron.windows[0]! }
}

describe('starting', () => {
  it('opens the sample without arguments, in Electron’s own data folder', async () => {
    const { host, run, window } = await start()
    expect(host.opened).toEqual([{ type: 'sample' }])
    expect(host.shown).toEqual(['s1'])
    expect(run.hostOptions).toMatchObject({
      dataDirectory: '/data/userData',
      shell: 'electron',
      appVersion: '1.2.3',
    })
    expect(window.options.webPreferences?.preload).toBe(
      join(run.applicationDirectory, 'out/preload/index.cjs'),
    )
    expect(window.options).toMatchObject({ minWidth: 900, minHeight: 600, show: false })
    window.emit('ready-to-show')
    expect(window.show).toHaveBeenCalled()
  })

  it('opens folders and stack files of the command line, and shows the first', async () => {
    const { host } = await start({ argv: [data, `--stack=${stack}`, stack] })
    expect(host.opened).toEqual([
      { type: 'folder', path: data },
      { type: 'stackFile', path: stack },
      { type: 'stackFile', path: stack },
    ])
    expect(host.shown).toEqual(['s1'])
  })

  it('reports what cannot be opened, and still shows its window', async () => {
    const { electron } = await start({ argv: ['/nowhere'] })
    expect(electron.dialog.showErrorBox.mock.calls).toEqual([
      ['Strata cannot open this', 'Cannot open "/nowhere": there is no such file or folder'],
    ])
    expect(electron.windows).toHaveLength(1)
  })

  it('reports why it cannot start, and exits', async () => {
    const electron = createElectronDouble()
    electron.app.getVersion.mockImplementation(() => {
      throw new Error('no version')
    })
    await runOnDouble(electron, createHostDouble())
    expect(electron.dialog.showErrorBox.mock.calls).toEqual([['Strata cannot start', 'no version']])
    expect(electron.app.exit).toHaveBeenCalledWith(1)
    expect(electron.windows).toHaveLength(0)
  })

  it('stores its data in STRATA_DATA', async () => {
    vi.stubEnv('STRATA_DATA', data)
    const { electron } = await start()
    vi.unstubAllEnvs()
    expect(electron.app.setPath.mock.calls).toEqual([['userData', data]])
  })
})

describe('a second start', () => {
  it('leaves the request to the first instance', async () => {
    const { electron, host } = await start({ argv: [data], isFirst: false })
    expect(electron.app.requestSingleInstanceLock.mock.calls).toEqual([[{ paths: [data], stacks: [] }]])
    expect(electron.app.quit).toHaveBeenCalled()
    expect(electron.app.whenReady).not.toHaveBeenCalled()
    expect(host.opened).toEqual([])
  })

  it('opens the requested folder in the first instance, and brings its window to the front', async () => {
    const { electron, host, window } = await start()
    window.isMinimized.mockReturnValue(true)
    electron.app.emit('second-instance', {}, [], '/', { paths: [data], stacks: [] })
    await vi.waitFor(() => expect(host.opened).toHaveLength(2))
    expect(host.opened[1]).toEqual({ type: 'folder', path: data })
    expect(window.restore).toHaveBeenCalled()
    expect(window.focus).toHaveBeenCalled()
    expect(electron.windows).toHaveLength(1)
  })

  it('opens nothing if the request is empty or invalid', async () => {
    const { electron, host, window } = await start()
    electron.app.emit('second-instance', {}, [], '/', { paths: [], stacks: [] })
    electron.app.emit('second-instance', {}, [], '/', 'nonsense')
    expect(window.focus).toHaveBeenCalledTimes(2)
    expect(host.opened).toHaveLength(1)
  })
})

describe('the window', () => {
  const state = { x: 30, y: 40, width: 1000, height: 700, isMaximized: true, isFullScreen: false }

  it('reopens at its previous position', async () => {
    const { window } = await start({ windowState: state })
    expect(window.options).toMatchObject({ x: 30, y: 40, width: 1000, height: 700 })
    expect(window.maximize).toHaveBeenCalled()
    expect(window.setFullScreen).not.toHaveBeenCalled()
  })

  it.each(['resize', 'move', 'close'])('is saved on %s', async event => {
    const { host, window } = await start()
    window.bounds = { x: 1, y: 2, width: 1003, height: 704 }
    window.emit(event)
    expect(host.host.windowState).toEqual({ ...window.bounds, isMaximized: false, isFullScreen: false })
  })

  it('asks before unsaved changes are lost', async () => {
    const { electron, window } = await start()
    electron.dialog.showMessageBoxSync.mockReturnValueOnce(0).mockReturnValueOnce(1)
    // The window closes if the page's own prevention is prevented.
    expect(window.webContents.allows('will-prevent-unload', {})).toBe(true)
    expect(window.webContents.allows('will-prevent-unload', {})).toBe(false)
  })

  it('offers to reload a page that crashed', async () => {
    const { electron, window } = await start()
    electron.dialog.showMessageBoxSync.mockReturnValueOnce(0).mockReturnValueOnce(1)
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
    expect(window.reload).toHaveBeenCalledOnce()
    window.webContents.emit('render-process-gone', {}, { reason: 'oom' })
    expect(window.destroy).toHaveBeenCalledOnce()
    window.webContents.emit('render-process-gone', {}, { reason: 'clean-exit' })
    expect(electron.dialog.showMessageBoxSync).toHaveBeenCalledTimes(2)
  })

  it('is opened again from the dock after it was closed', async () => {
    const { electron, window } = await start()
    electron.app.emit('activate')
    expect(electron.windows).toHaveLength(1)
    window.emit('closed')
    electron.app.emit('activate')
    expect(electron.windows).toHaveLength(2)
  })

  it('reports that its page cannot be shown', async () => {
    const { electron, window } = await start()
    window.emit('closed')
    WindowDouble.isUnloadable = true
    electron.app.emit('activate')
    WindowDouble.isUnloadable = false
    await vi.waitFor(() =>
      expect(electron.dialog.showErrorBox.mock.calls).toEqual([
        ['Strata cannot show its window', 'Error: ERR_FAILED'],
      ]),
    )
  })
})

describe('the application', () => {
  it('follows the theme of the page', async () => {
    const { electron, host } = await start()
    expect(electron.nativeTheme.themeSource).toBe('dark')
    host.changeTheme('light')
    expect(electron.nativeTheme.themeSource).toBe('light')
  })

  it('closes its stores before it exits', async () => {
    const { electron, host } = await start()
    const close = vi.spyOn(host.host, 'close')
    const preventDefault = vi.fn()
    electron.app.emit('will-quit', { preventDefault })
    expect(preventDefault).toHaveBeenCalled()
    expect(close).toHaveBeenCalledOnce()
    await vi.waitFor(() => expect(electron.app.exit).toHaveBeenCalledWith(0))
  })

  it('exits with its last window, where that is the convention', async () => {
    const { electron } = await start()
    electron.app.emit('window-all-closed')
    expect(electron.app.quit).toHaveBeenCalledTimes(process.platform === 'darwin' ? 0 : 1)
  })

  it('provides dialogs, files and the menu to the host', async () => {
    const { electron, run, window } = await start()
    const actions = run.hostOptions!.shellActions!
    expect(await actions.pickFolder()).toBeUndefined()
    electron.dialog.showOpenDialog.mockResolvedValue({ canceled: false, filePaths: ['/picked'] })
    expect(await actions.pickFolder()).toBe('/picked')
    expect(electron.dialog.showOpenDialog).toHaveBeenLastCalledWith(
      window,
      expect.objectContaining({ properties: ['openDirectory', 'createDirectory'] }),
    )
    expect(await actions.pickStackFile()).toBe('/picked')
    expect(await actions.pickSaveLocation('a.json')).toBeUndefined()
    electron.dialog.showSaveDialog.mockResolvedValue({ canceled: false, filePath: '/saved' })
    expect(await actions.pickSaveLocation('a.json')).toBe('/saved')
    await actions.reveal('/data/a')
    expect(electron.shell.showItemInFolder).toHaveBeenCalledWith('/data/a')
    const onInvoke = vi.fn()
    actions.setMenu([{ id: 'a', label: 'A', menu: 'Go', isEnabled: true }], onInvoke)
    const [menu] = electron.Menu.setApplicationMenu.mock.calls[0]!
    expect(menu).toContainEqual(expect.objectContaining({ label: 'Go' }))
  })
})
