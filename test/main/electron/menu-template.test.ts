import type { MenuItemConstructorOptions } from 'electron'
import { expect, it, vi } from 'vitest'
import { menuTemplate } from '../../../src/main/electron/menu-template.ts'
import type { MenuCommand } from '../../../src/shared/procedures/shell.ts'

const COMMANDS: readonly MenuCommand[] = [
  { id: 'folder.open', label: 'Open folder…', menu: 'File', shortcut: 'CmdOrCtrl+O', isEnabled: true },
  { id: 'key.put', label: 'Put', menu: 'Edit', isEnabled: false },
  { id: 'stack.edit', label: 'Edit stack', menu: 'Stack', isEnabled: true },
  { id: 'help.about', label: 'About', menu: 'Help', isEnabled: true },
]

const linux = { platform: 'linux', name: 'Strata', isDevelopment: false } as const
const labels = (menus: readonly MenuItemConstructorOptions[]) => menus.map(({ label, role }) => label ?? role)
const submenu = (menus: readonly MenuItemConstructorOptions[], name: string) =>
  menus.find(({ label }) => label === name)!.submenu as MenuItemConstructorOptions[]

it('commands appear in their menus, before the items that the system adds', () => {
  const onInvoke = vi.fn()
  const menus = menuTemplate(COMMANDS, onInvoke, linux)
  expect(labels(menus)).toEqual(['File', 'Edit', 'View', 'Stack', 'Help'])
  const [open, separator, quit] = submenu(menus, 'File')
  expect(open).toMatchObject({
    id: 'folder.open',
    label: 'Open folder…',
    accelerator: 'CmdOrCtrl+O',
    enabled: true,
  })
  expect([separator, quit]).toEqual([{ type: 'separator' }, { role: 'quit' }])
  expect(submenu(menus, 'Edit')[0]).toMatchObject({ label: 'Put', enabled: false })
  expect(submenu(menus, 'Edit')[0]).not.toHaveProperty('accelerator')
})

it('choosing an item invokes its command', () => {
  const onInvoke = vi.fn()
  const [item] = submenu(menuTemplate(COMMANDS, onInvoke, linux), 'Stack')
  ;(item!.click as unknown as () => void)()
  expect(onInvoke.mock.calls).toEqual([['stack.edit']])
})

it('on macOS the standard application menus are present', () => {
  const menus = menuTemplate(COMMANDS, vi.fn(), { ...linux, platform: 'darwin' })
  expect(labels(menus)).toEqual(['Strata', 'File', 'Edit', 'View', 'Stack', 'windowMenu', 'Help'])
  expect(submenu(menus, 'File').at(-1)).toEqual({ role: 'close' })
})

it('clipboard, zoom and quit are present without any command', () => {
  expect(labels(menuTemplate([], vi.fn(), linux))).toEqual(['File', 'Edit', 'View'])
  expect(labels(menuTemplate([], vi.fn(), { ...linux, platform: 'darwin' }))).toEqual([
    'Strata',
    'File',
    'Edit',
    'View',
    'windowMenu',
  ])
})

it('developer tools are only in the menu of developers', () => {
  const roles = (isDevelopment: boolean) =>
    submenu(menuTemplate([], vi.fn(), { ...linux, isDevelopment }), 'View').map(({ role }) => role)
  expect(roles(true)).toContain('toggleDevTools')
  expect(roles(false)).not.toContain('toggleDevTools')
})
