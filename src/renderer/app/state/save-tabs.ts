import type { Services } from '../services.ts'
import { savedTabs, tabsStorageKey } from '../tabs/tabs-storage.ts'
import { useAppStore } from './app-store.ts'

/** Milliseconds without a change before tabs are saved. */
const QUIET_MS = 300

/** Saves the open tabs of every session for the next start. */
export function saveTabs({ state, storage }: Services): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const save = (): void => {
    clearTimeout(timer)
    timer = undefined
    const { tabs, restored } = useAppStore.getState()
    for (const session of state.sessions.get() ?? []) {
      if (!restored.includes(session.id)) continue
      storage.setItem(tabsStorageKey(session.source), JSON.stringify(savedTabs(tabs, session.id)))
    }
  }
  const end = useAppStore.subscribe((now, before) => {
    if (now.tabs !== before.tabs) timer ??= setTimeout(save, QUIET_MS)
  })
  const saveAtOnce = (): void => {
    if (timer !== undefined) save()
  }
  window.addEventListener('pagehide', saveAtOnce)
  return () => {
    saveAtOnce()
    end()
    window.removeEventListener('pagehide', saveAtOnce)
  }
}
