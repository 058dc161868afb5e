import type { BrowserWindowConstructorOptions } from 'electron'
import { MINIMUM, type Placement } from './window-placement.ts'

/** As `--background` of the page, so that an opening window does not flash. */
const BACKGROUND = { light: '#ffffff', dark: '#1c1d20' } as const

export interface WindowSurroundings {
  readonly placement: Placement
  /** Path of the preload script. */
  readonly preload: string
  readonly isDark: boolean
  readonly isDevelopment: boolean
}

/**
 * How the window is made. What concerns security is said even where it is Electron's default: a default can change.
 */
export function windowOptions({
  placement,
  preload,
  isDark,
  isDevelopment,
}: WindowSurroundings): BrowserWindowConstructorOptions {
  return {
    ...placement,
    minWidth: MINIMUM.width,
    minHeight: MINIMUM.height,
    title: 'Strata',
    backgroundColor: isDark ? BACKGROUND.dark : BACKGROUND.light,
    show: false,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      devTools: isDevelopment,
      // It would fetch dictionaries from a server, for keys and bytes that are no language.
      spellcheck: false,
    },
  }
}
