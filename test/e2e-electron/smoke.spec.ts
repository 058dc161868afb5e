import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, expect, type Page, test } from '@playwright/test'
import { hasDisplay } from '../../src/main/start/choose-shell.ts'
import { electronPackage, findElectron } from '../../src/main/start/electron-binary.ts'

const REPOSITORY = join(import.meta.dirname, '..', '..')

/** Why Electron can't be started here; `undefined` if it can. */
async function obstacle(): Promise<string | undefined> {
  const directory = electronPackage()
  if (directory === undefined) return 'the electron package is not installed: run `npm ci`'
  if ((await findElectron(directory)) === undefined) {
    return "Electron's binary was not fetched: run `npx install-electron --no` where its release server can be reached"
  }
  if (!hasDisplay(process.platform, process.env)) return 'there is no display: run under `xvfb-run`'
  return undefined
}

let directory: string | undefined
let application: ElectronApplication | undefined
let page: Page

test.beforeAll(async () => {
  const reason = await obstacle()
  if (reason !== undefined && process.env['STRATA_REQUIRE_ELECTRON'] !== undefined) throw new Error(reason)
  test.skip(reason !== undefined, reason)
  const executablePath = await findElectron(electronPackage() ?? '')
  directory = await mkdtemp(join(tmpdir(), 'strata-smoke-'))
  await mkdir(join(directory, 'folder'))
  await writeFile(join(directory, 'folder', 'greeting.txt'), 'hello')
  application = await _electron.launch({
    ...(executablePath !== undefined && { executablePath }),
    args: [REPOSITORY, '--', join(directory, 'folder')],
    env: { ...process.env, STRATA_DATA: join(directory, 'data') },
  })
  page = await application.firstWindow()
})

test.afterAll(async () => {
  await application?.close()
  if (directory !== undefined) await rm(directory, { recursive: true })
})

test('the window shows the requested folder', async () => {
  expect(page.url()).toBe('app://strata/')
  const tree = page.getByRole('tree', { name: 'Keys' })
  await expect(tree.getByRole('treeitem', { name: 'greeting.txt' })).toBeVisible()
})

test("the page can't access Node.js, Electron, other windows or other servers", async () => {
  const reach = await page.evaluate(async () => ({
    globals: ['require', 'process', 'module', 'Buffer', 'electron'].filter(name => name in globalThis),
    opened: window.open('https://example.org/'),
    fetched: await fetch('https://example.org/').then(
      () => 'got it',
      () => 'refused',
    ),
  }))
  expect(reach).toEqual({ globals: [], opened: null, fetched: 'refused' })
})

test('one window is open, and its menu has the commands of the page', async () => {
  await expect
    .poll(() =>
      application?.evaluate(({ BrowserWindow, Menu }) => ({
        windows: BrowserWindow.getAllWindows().length,
        menus: Menu.getApplicationMenu()?.items.map(({ label }) => label),
      })),
    )
    .toEqual({ windows: 1, menus: expect.arrayContaining(['File', 'Edit', 'View', 'Stack']) })
})
