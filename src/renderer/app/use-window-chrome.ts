import { useEffect } from 'react'
import { useCurrentSession, useServices, useWorkspace } from './services.ts'
import { useAppStore } from './state/app-store.ts'
import { applyTheme } from './theme-choice.ts'

/** Keeps what surrounds the page in step: the title, the theme, and the question before a browser's tab is closed. */
export function useWindowChrome(): void {
  const { hello } = useServices()
  const name = useCurrentSession()?.name
  const { theme } = useWorkspace().settings
  const hasChanges = useAppStore(state => state.tabs.tabs.some(tab => tab.isDirty))
  useEffect(() => {
    document.title = name === undefined ? 'Strata' : `${name} · Strata`
  }, [name])
  useEffect(() => applyTheme(theme), [theme])
  useEffect(() => {
    if (!hasChanges || hello.shell !== 'web') return undefined
    const keep = (event: BeforeUnloadEvent): void => event.preventDefault()
    window.addEventListener('beforeunload', keep)
    return () => window.removeEventListener('beforeunload', keep)
  }, [hasChanges, hello.shell])
}
