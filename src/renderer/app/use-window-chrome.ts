import { useEffect } from 'react'
import { isAddress } from '../../shared/address.ts'
import type { Settings } from '../../shared/procedures/workspace.ts'
import { isTextTarget } from './commands/command.ts'
import { openDialog, useDialogs } from './dialogs/dialog-store.ts'
import { followFocus } from './regions.ts'
import { useCurrentSession, useServices, useWorkspace } from './services.ts'
import { useAppStore } from './state/app-store.ts'

/**
 * Keeps title and theme in sync, follows the focus, asks before a browser tab with unsaved changes is closed, and takes
 * pasted addresses.
 */
export function useWindowChrome(): void {
  const { hello } = useServices()
  const name = useCurrentSession()?.name
  const { theme } = useWorkspace().settings
  const hasChanges = useAppStore(state => state.tabs.tabs.some(tab => tab.isDirty))
  useEffect(() => {
    document.title = name === undefined ? 'Strata' : `${name} · Strata`
  }, [name])
  useEffect(() => applyTheme(theme), [theme])
  useEffect(followFocus, [])
  useEffect(() => {
    document.addEventListener('paste', openPasted)
    return () => document.removeEventListener('paste', openPasted)
  }, [])
  useEffect(() => {
    if (!hasChanges || hello.shell !== 'web') return undefined
    const keep = (event: BeforeUnloadEvent): void => event.preventDefault()
    window.addEventListener('beforeunload', keep)
    return () => window.removeEventListener('beforeunload', keep)
  }, [hasChanges, hello.shell])
}

/** Opens an address that is pasted outside of text fields. */
function openPasted(event: ClipboardEvent): void {
  const [target] = event.composedPath()
  const text = event.clipboardData?.getData('text/plain').trim() ?? ''
  if (isTextTarget(target) || useDialogs.getState().dialogs.length > 0 || !isAddress(text)) return
  event.preventDefault()
  openDialog({ type: 'open', initial: text })
}

const STORAGE_KEY = 'strata.theme'

/** Applies a theme, and stores it for the first paint of the next start, which precedes the host's reply. */
function applyTheme(theme: Settings['theme']): void {
  if (theme === 'system') {
    delete document.documentElement.dataset['theme']
    localStorage.removeItem(STORAGE_KEY)
  } else {
    document.documentElement.dataset['theme'] = theme
    localStorage.setItem(STORAGE_KEY, theme)
  }
}

export function applyRememberedTheme(): void {
  const theme = localStorage.getItem(STORAGE_KEY)
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme
}
