import { toggleWrap } from '../../features/key-tab/editor/wrap.ts'
import { toggleCompact } from '../../features/tree/view/tree-memory.ts'
import { attempt } from '../actions/failures.ts'
import { openDialog } from '../dialogs/dialog-store.ts'
import { togglePanel } from '../state/app-store.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './use-commands.ts'

const THEMES = [
  { theme: 'system', title: 'Theme: like the system' },
  { theme: 'light', title: 'Theme: light' },
  { theme: 'dark', title: 'Theme: dark' },
] as const

export function viewCommands({ services, session, theme: current }: CommandContext): readonly Command[] {
  const { client } = services
  return [
    {
      id: 'palette',
      title: 'Command palette',
      menu: 'View',
      shortcuts: ['CmdOrCtrl+Shift+P', 'F1'],
      worksWhileTyping: true,
      isEnabled: true,
      run: () => openDialog({ type: 'palette' }),
    },
    {
      id: 'toggleNavigation',
      title: 'Show or hide the stacks and keys',
      menu: 'View',
      shortcuts: ['CmdOrCtrl+B'],
      worksWhileTyping: true,
      isEnabled: true,
      run: () => togglePanel('isNavigationOpen'),
    },
    {
      id: 'toggleInspector',
      title: 'Show or hide the inspector',
      menu: 'View',
      shortcuts: ['CmdOrCtrl+I', 'Alt+I'],
      worksWhileTyping: true,
      isEnabled: true,
      run: () => togglePanel('isInspectorOpen'),
    },
    {
      id: 'toggleActivity',
      title: 'Show or hide the activity',
      menu: 'View',
      shortcuts: ['CmdOrCtrl+J'],
      worksWhileTyping: true,
      isEnabled: true,
      run: () => togglePanel('isActivityOpen'),
    },
    {
      id: 'refreshKeys',
      title: 'Refresh the keys',
      menu: 'View',
      shortcuts: ['Alt+R'],
      worksWhileTyping: true,
      isEnabled: session !== undefined,
      run() {
        if (session === undefined) return
        attempt(() => client.call('levels.refresh', { session: session.id, prefix: '/', deep: true }))
      },
    },
    {
      id: 'toggleWrap',
      title: 'Turn line wrapping on or off',
      menu: 'View',
      shortcuts: ['Alt+Z'],
      worksWhileTyping: true,
      isEnabled: true,
      run: () => toggleWrap(services.storage),
    },
    {
      id: 'toggleCompact',
      title: 'Join or split single-child branches',
      menu: 'View',
      isEnabled: true,
      run: toggleCompact,
    },
    ...THEMES.map(({ theme, title }) => ({
      id: `theme.${theme}`,
      title,
      menu: 'View' as const,
      isEnabled: theme !== current,
      run: () => attempt(() => client.call('workspace.updateSettings', { settings: { theme } })),
    })),
  ]
}
