import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Protocol, Session } from 'electron'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import installers from '../../../electron-builder.ts'
import { PORT_REPLY, PORT_REQUEST } from '../../../src/shared/handover.ts'
import {
  ContentsDouble,
  createElectronDouble,
  type ElectronDouble,
  FrameDouble,
  messageFrom,
  type PageHandler,
  type WindowDouble,
} from './electron-double.ts'
import { cleanUp, createHostDouble, type HostDouble, type Run, runOnDouble } from './run-on-double.ts'

/** Electron's own list: https://www.electronjs.org/docs/latest/tutorial/security. One test for each item. */
const REPOSITORY = join(import.meta.dirname, '..', '..', '..')

let electron: ElectronDouble
let host: HostDouble
let run: Run
let window: WindowDouble
let contents: ContentsDouble
beforeAll(async () => {
  electron = createElectronDouble()
  host = createHostDouble()
  run = await runOnDouble(electron, host)
  window = electron.windows[0]!
  contents = window.webContents
  electron.app.emit('web-contents-created', {}, contents)
})
afterAll(cleanUp)

const preferences = () => window.options.webPreferences!

function pageHandler(): PageHandler {
  const [scheme, handler] = electron.protocol.handle.mock.calls[0] as Parameters<Protocol['handle']>
  expect(scheme).toBe('app')
  return handler
}

const ask = async (url: string, init?: RequestInit): Promise<Response> =>
  pageHandler()(new Request(url, init))

const ELSEWHERE = [
  'https://attacker.example/',
  'http://localhost/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,x',
  'about:blank',
  'app://strata.attacker.example/',
  'app://strata@attacker.example/',
  'app://attacker.example/strata/',
  'app://strata:1/',
  'app:strata',
  'not an address',
]

describe("Electron's security checklist", () => {
  it('1 only secure content is loaded: the page is our own, and may not connect to anything else', async () => {
    expect(window.loadURL.mock.calls).toEqual([['app://strata/']])
    expect((await ask('app://strata/')).headers.get('content-security-policy')).toContain(
      "connect-src 'self';",
    )
    const page = await readFile(join(REPOSITORY, 'src/renderer/index.html'), 'utf8')
    expect(page).not.toMatch(/https?:/)
  })

  it('2 pages have no Node.js', () => {
    expect(preferences()).toMatchObject({
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
    })
  })

  it('3 context isolation is on', () => {
    expect(preferences().contextIsolation).toBe(true)
  })

  it('4 every process is sandboxed, before the first one starts', () => {
    expect(preferences().sandbox).toBe(true)
    expect(electron.order).toEqual(['enableSandbox', 'registerSchemes', 'ready'])
  })

  it('5 every permission is denied, except for the page to copy text', () => {
    const [request] = electron.session.setPermissionRequestHandler.mock.calls[0]!
    const [check] = electron.session.setPermissionCheckHandler.mock.calls[0]!
    const [device] = electron.session.setDevicePermissionHandler.mock.calls[0]!
    type Permission = Parameters<NonNullable<Parameters<Session['setPermissionRequestHandler']>[0]>>[1]
    const isGranted = (permission: Permission, requestingUrl: string, isMainFrame = true): boolean[] => {
      let answer: boolean | undefined
      const details = { requestingUrl, isMainFrame }
      request!(contents as never, permission, granted => (answer = granted), details)
      const checked = check!(contents as never, permission, requestingUrl, details)
      return [answer!, checked]
    }
    const permissions: Permission[] = [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'fileSystem',
      'openExternal',
      'display-capture',
      'fullscreen',
      'unknown',
    ]
    for (const permission of permissions)
      expect(isGranted(permission, 'app://strata/')).toEqual([false, false])
    expect(isGranted('clipboard-sanitized-write', 'app://strata/')).toEqual([true, true])
    expect(isGranted('clipboard-sanitized-write', 'app://strata/', false)).toEqual([false, false])
    for (const url of ELSEWHERE) expect(isGranted('clipboard-sanitized-write', url)).toEqual([false, false])
    expect(device!({} as never)).toBe(false)
  })

  it('6 web security is on', () => {
    expect(preferences().webSecurity).toBe(true)
  })

  it('7 the page has a Content-Security-Policy, as a header', async () => {
    expect((await ask('app://strata/')).headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
  })

  it('8 insecure content is not run', () => {
    expect(preferences().allowRunningInsecureContent).toBe(false)
  })

  it('9 experimental features are off', () => {
    expect(preferences().experimentalFeatures).toBe(false)
  })

  it('10 no Blink features are switched on', () => {
    expect(preferences()).not.toHaveProperty('enableBlinkFeatures')
  })

  it('11 there are no webviews, so none with popups', async () => {
    expect(preferences().webviewTag).toBe(false)
    for (const [path, text] of await sources('src/renderer'))
      expect(text, path).not.toMatch(/<webview|allowpopups/)
  })

  it('12 a webview that a script attaches is refused, whatever its options', () => {
    expect(contents.allows('will-attach-webview', {})).toBe(false)
  })

  it('13 the window stays on the page', () => {
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
      for (const url of ELSEWHERE) expect(contents.allows(event, { url, isMainFrame: true })).toBe(false)
      expect(contents.allows(event, { url: 'app://strata/', isMainFrame: false })).toBe(false)
      expect(contents.allows(event, { url: 'app://strata/', isMainFrame: true })).toBe(true)
    }
    expect(preferences().navigateOnDragDrop).toBe(false)
  })

  it('14 no window is opened', () => {
    for (const url of [...ELSEWHERE, 'app://strata/', 'https://github.com/']) {
      expect(contents.openWindow!({ url } as never)).toEqual({ action: 'deny' })
    }
  })

  it('15 the system opens only https links to known sites', async () => {
    const actions = run.hostOptions!.shellActions!
    for (const url of [
      ...ELSEWHERE,
      'http://github.com/',
      'https://github.com.attacker.example/',
      'https://user@github.com/',
      'https://github.com:8443/',
      'smb://attacker.example/share',
      'ms-msdt:/id',
    ]) {
      await expect(actions.openExternal(url)).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    }
    expect(electron.shell.openExternal).not.toHaveBeenCalled()
    await actions.openExternal('https://github.com/a/b')
    expect(electron.shell.openExternal).toHaveBeenCalledWith('https://github.com/a/b')
  })

  it('16 Electron is current, and exactly the version that was tested', async () => {
    const { devDependencies } = await readJson<{ devDependencies: Record<string, string> }>('package.json')
    const installed = await readJson<{ version: string }>('node_modules/electron/package.json')
    expect(devDependencies['electron']).toBe(installed.version)
    expect(Number.parseInt(installed.version, 10)).toBeGreaterThanOrEqual(45)
  })

  it('17 messages are accepted only from the page itself, which then gets its port', () => {
    const request = (from: ContentsDouble, frame: FrameDouble | null): number => {
      electron.ipcMain.emit(PORT_REQUEST, messageFrom(from, frame))
      return host.connected.length
    }
    const stranger = new ContentsDouble()
    expect(request(stranger, stranger.mainFrame)).toBe(0)
    expect(request(contents, new FrameDouble('app://strata/'))).toBe(0)
    expect(request(contents, null)).toBe(0)
    for (const url of ELSEWHERE) {
      contents.mainFrame.url = url
      expect(request(contents, contents.mainFrame)).toBe(0)
    }
    contents.mainFrame.url = 'app://strata/'
    expect(request(contents, contents.mainFrame)).toBe(1)
    expect(contents.mainFrame.posted).toMatchObject([{ channel: PORT_REPLY, ports: [{}] }])
    expect(electron.ipcMain.eventNames()).toEqual([PORT_REQUEST])
  })

  it('18 the page is loaded through a protocol of our own, which serves only the built page', async () => {
    expect(electron.protocol.registerSchemesAsPrivileged.mock.calls).toEqual([
      [
        [
          {
            scheme: 'app',
            privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
          },
        ],
      ],
    ])
    expect(await (await ask('app://strata/assets/a-1.js')).text()).toBe('script')
    for (const path of ['../main/index.js', '%2e%2e/main/index.js', 'assets', '/etc/passwd']) {
      expect((await ask(`app://strata/${path}`)).status).toBe(404)
    }
    expect((await ask('app://attacker.example/')).status).toBe(403)
    expect((await ask('app://strata/', { method: 'POST', body: 'x' })).status).toBe(405)
    expect(await (await ask('app://strata/', { method: 'HEAD' })).text()).toBe('')
    for (const [path, text] of await sources('src/main/electron')) expect(text, path).not.toMatch(/file:\/\//)
  })

  it('19 fuses are set when packaging', async () => {
    expect(installers.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  it('20 no Electron API is exposed to the page', async () => {
    for (const [path, text] of await sources('src/preload')) {
      expect(text, path).not.toMatch(/contextBridge|exposeInMainWorld|\binvoke\b|sendSync|\brequire\b/)
    }
    for (const [path, text] of await sources('src/renderer')) expect(text, path).not.toMatch(/from 'electron/)
  })
})

async function sources(directory: string): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(join(REPOSITORY, directory), { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  expect(files.length).toBeGreaterThan(0)
  return Promise.all(files.map(async file => [file, await readFile(file, 'utf8')] as const))
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(join(REPOSITORY, path), 'utf8')) as T
}
