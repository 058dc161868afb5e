import { expect, it, vi } from 'vitest'
import { chooseShell } from '../../../src/main/start/choose-shell.ts'

const desktop = {
  isWeb: false,
  hasDisplay: true,
  isSuperuser: false,
  findElectron: vi.fn(async (): Promise<string | undefined> => '/electron'),
}

it('is Electron where its binary is and a display exists', async () => {
  expect(await chooseShell(desktop)).toEqual({ shell: 'electron', executable: '/electron' })
})

it('is the browser without a word when that was asked for', async () => {
  expect(await chooseShell({ ...desktop, isWeb: true })).toEqual({ shell: 'web' })
})

it.each([
  ['there is no display', { hasDisplay: false }],
  ['Electron does not run as root', { isSuperuser: true }],
  ["Electron's binary is missing and cannot be downloaded", { findElectron: async () => undefined }],
])('is the browser where %s, and says so', async (reason, difference) => {
  expect(await chooseShell({ ...desktop, ...difference })).toEqual({ shell: 'web', reason })
})

it('looks for the binary, which may mean to fetch it, only where it would be used', async () => {
  desktop.findElectron.mockClear()
  await chooseShell({ ...desktop, isWeb: true })
  await chooseShell({ ...desktop, hasDisplay: false })
  await chooseShell({ ...desktop, isSuperuser: true })
  expect(desktop.findElectron).not.toHaveBeenCalled()
})
