import { expect, it, vi } from 'vitest'
import { chooseShell } from '../../../src/main/start/choose-shell.ts'

const chromium = { name: 'Chromium', executable: '/usr/bin/chromium' }
const desktop = {
  preference: undefined,
  hasDisplay: true,
  isSuperuser: false,
  findElectron: vi.fn(async (): Promise<string | undefined> => '/electron'),
  findBrowser: vi.fn(async (): Promise<typeof chromium | undefined> => chromium),
}
const bare = { ...desktop, findBrowser: async () => undefined }

it('is Electron if its binary and a display exist', async () => {
  expect(await chooseShell(desktop)).toEqual({ shell: 'electron', executable: '/electron' })
})

it('E41 is the browser without a message if that was requested', async () => {
  expect(await chooseShell({ ...desktop, preference: 'browser' })).toEqual({ shell: 'web' })
})

it('E41 is a window of Chromium without a message if that was requested, or the browser if there is none', async () => {
  expect(await chooseShell({ ...desktop, preference: 'window' })).toEqual({
    shell: 'window',
    browser: chromium,
  })
  expect(await chooseShell({ ...bare, preference: 'window' })).toEqual({
    shell: 'web',
    reason: 'neither Chrome nor Chromium nor Edge is installed',
  })
})

const WITHOUT_ELECTRON = [
  ['Electron does not run as root', { isSuperuser: true }],
  ["Electron's binary is missing and cannot be downloaded", { findElectron: async () => undefined }],
] as const

it.each(WITHOUT_ELECTRON)('E40 is a window of Chromium with a message if %s', async (reason, difference) => {
  expect(await chooseShell({ ...desktop, ...difference })).toEqual({
    shell: 'window',
    browser: chromium,
    reason,
  })
})

it.each([...WITHOUT_ELECTRON, ['there is no display', { hasDisplay: false }] as const])(
  'E40 is the browser with a message if %s and there is no Chromium',
  async (reason, difference) => {
    expect(await chooseShell({ ...bare, ...difference })).toEqual({ shell: 'web', reason })
  },
)

it('looks for the binary, which may download it, only if it would be used', async () => {
  desktop.findElectron.mockClear()
  await chooseShell({ ...desktop, preference: 'browser' })
  await chooseShell({ ...desktop, preference: 'window' })
  await chooseShell({ ...desktop, hasDisplay: false })
  await chooseShell({ ...desktop, isSuperuser: true })
  expect(desktop.findElectron).not.toHaveBeenCalled()
})
