import type { Settings } from '../../shared/procedures/workspace.ts'

const STORAGE_KEY = 'strata.theme'

/** Shows a theme, and remembers it for the first paint of the next start, which comes before the host answers. */
export function applyTheme(theme: Settings['theme']): void {
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
