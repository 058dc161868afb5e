import type { MenuItemConstructorOptions } from 'electron'
import type { MenuCommand } from '../../shared/procedures/shell.ts'

type Items = readonly MenuItemConstructorOptions[]
type MenuName = MenuCommand['menu']

const MENUS: readonly MenuName[] = ['File', 'Edit', 'View', 'Go', 'Stack', 'Help']
const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' }

export interface MenuContext {
  readonly platform: NodeJS.Platform
  readonly name: string
  /** Adds what only developers of Strata need. */
  readonly isDevelopment: boolean
}

/** The application's menu: the page's commands, then the standard items of each menu. */
export function menuTemplate(
  commands: readonly MenuCommand[],
  onInvoke: (id: string) => void,
  context: MenuContext,
): MenuItemConstructorOptions[] {
  const isMac = context.platform === 'darwin'
  const menus = MENUS.map(menu => ({
    label: menu,
    submenu: joined(
      commands.filter(command => command.menu === menu).map(command => commandItem(command, onInvoke)),
      systemItems(menu, context),
    ),
  })).filter(({ submenu }) => submenu.length > 0)
  if (!isMac) return menus
  const help = menus.findIndex(({ label }) => label === 'Help')
  const windowMenu: MenuItemConstructorOptions = { role: 'windowMenu' }
  const [before, after] = help < 0 ? [menus, []] : [menus.slice(0, help), menus.slice(help)]
  return [{ label: context.name, role: 'appMenu' }, ...before, windowMenu, ...after]
}

function commandItem(
  { id, label, shortcut, isEnabled }: MenuCommand,
  onInvoke: (id: string) => void,
): MenuItemConstructorOptions {
  const item: MenuItemConstructorOptions = { id, label, enabled: isEnabled, click: () => onInvoke(id) }
  return shortcut === undefined ? item : { ...item, accelerator: shortcut }
}

function systemItems(menu: MenuName, { platform, isDevelopment }: MenuContext): Items {
  switch (menu) {
    case 'File':
      return [{ role: platform === 'darwin' ? 'close' : 'quit' }]
    case 'Edit':
      return [
        { role: 'undo' },
        { role: 'redo' },
        SEPARATOR,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ]
    case 'View':
      return [
        ...(isDevelopment ? ([{ role: 'reload' }, { role: 'toggleDevTools' }, SEPARATOR] as const) : []),
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        SEPARATOR,
        { role: 'togglefullscreen' },
      ]
    case 'Go':
    case 'Stack':
    case 'Help':
      return []
  }
}

function joined(own: Items, system: Items): MenuItemConstructorOptions[] {
  return own.length > 0 && system.length > 0 ? [...own, SEPARATOR, ...system] : [...own, ...system]
}
