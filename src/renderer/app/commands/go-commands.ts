import { flushSync } from 'react-dom'
import { enterKey, NEW_QUERY, openQuery, showHome } from '../actions/tab-commands.ts'
import { openDialog } from '../dialogs/dialog-store.ts'
import { focusFilter, focusNextRegion, focusRegion } from '../regions.ts'
import { changeTabs, revealKey, setPanelOpen } from '../state/app-store.ts'
import { pinTab, stepTab } from '../tabs/tabs-model.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './use-commands.ts'

export function goCommands({ services, session, tab, tabs, subject }: CommandContext): readonly Command[] {
  const hasSession = session !== undefined
  const step = (by: number) => (): void => changeTabs((state, shown) => stepTab(state, shown, by))
  return [
    {
      id: 'goToKey',
      title: 'Go to key',
      menu: 'Go',
      shortcuts: ['CmdOrCtrl+P'],
      worksWhileTyping: true,
      isEnabled: hasSession,
      run() {
        if (session !== undefined) openDialog({ type: 'goToKey', session: session.id })
      },
    },
    {
      id: 'filterKeys',
      title: 'Filter keys',
      menu: 'Go',
      shortcuts: ['CmdOrCtrl+Shift+F'],
      worksWhileTyping: true,
      isEnabled: hasSession,
      run() {
        // A closed panel must be rendered first, and the next key that is pressed is for the filter.
        flushSync(() => setPanelOpen('isNavigationOpen', true))
        focusFilter()
      },
    },
    {
      id: 'newQuery',
      title: 'Query',
      menu: 'Go',
      shortcuts: ['Alt+Shift+F'],
      worksWhileTyping: true,
      isEnabled: hasSession,
      run() {
        if (session !== undefined) openQuery(session.id, NEW_QUERY)
      },
    },
    {
      id: 'showHome',
      title: 'First page of the stack',
      menu: 'Go',
      shortcuts: ['Alt+Shift+H'],
      worksWhileTyping: true,
      isEnabled: hasSession,
      run() {
        if (session !== undefined) showHome(session.id)
      },
    },
    {
      id: 'openChildren',
      title: 'Open as table of children',
      menu: 'Go',
      isEnabled: subject !== undefined,
      run() {
        if (subject !== undefined)
          enterKey(services, subject.session, subject.key, { as: 'branch', isPreview: false })
      },
    },
    {
      id: 'revealKey',
      title: 'Show key in tree',
      menu: 'Go',
      shortcuts: ['Alt+Shift+R'],
      worksWhileTyping: true,
      isEnabled: subject !== undefined,
      run() {
        if (subject !== undefined) revealKey(subject.session, subject.key)
      },
    },
    {
      id: 'nextTab',
      title: 'Next tab',
      menu: 'Go',
      shortcuts: ['Ctrl+Tab', 'Alt+]'],
      worksWhileTyping: true,
      isEnabled: tabs.length > 1,
      run: step(1),
    },
    {
      id: 'previousTab',
      title: 'Previous tab',
      menu: 'Go',
      shortcuts: ['Ctrl+Shift+Tab', 'Alt+['],
      worksWhileTyping: true,
      isEnabled: tabs.length > 1,
      run: step(-1),
    },
    {
      id: 'keepTab',
      title: 'Keep tab open',
      isEnabled: tab?.isPreview === true,
      run() {
        if (tab !== undefined) changeTabs(state => pinTab(state, tab.id))
      },
    },
    {
      id: 'focusKeys',
      title: 'Focus the keys',
      menu: 'Go',
      shortcuts: ['CmdOrCtrl+Shift+E'],
      worksWhileTyping: true,
      isEnabled: hasSession,
      run: () => focusRegion('keys'),
    },
    {
      id: 'focusTab',
      title: 'Focus the open tab',
      menu: 'Go',
      shortcuts: ['Alt+Shift+E'],
      worksWhileTyping: true,
      isEnabled: tab !== undefined,
      run: () => focusRegion('main'),
    },
    {
      id: 'nextRegion',
      title: 'Focus the next part of the window',
      shortcuts: ['F6'],
      worksWhileTyping: true,
      isEnabled: true,
      run: () => focusNextRegion(1),
    },
    {
      id: 'previousRegion',
      title: 'Focus the previous part of the window',
      shortcuts: ['Shift+F6'],
      worksWhileTyping: true,
      isEnabled: true,
      run: () => focusNextRegion(-1),
    },
  ]
}
