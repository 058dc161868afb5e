import type { AppBrowser } from './app-window.ts'

/** How the window is to be shown. Default: by what is available. */
type ShellPreference = 'browser' | 'window' | undefined

/** The conditions that decide how the window is shown. */
interface ShellConditions {
  /** What the user asked for: a tab of the browser, or a window of Chrome, Chromium or Edge. */
  readonly preference: ShellPreference
  readonly hasDisplay: boolean
  readonly isSuperuser: boolean
  /** Path of Electron's executable, if it is installed or can be downloaded. Called only if it would be used. */
  findElectron(): Promise<string | undefined>
  /** Called only if Electron is not used. */
  findBrowser(): Promise<AppBrowser | undefined>
}

type ShellChoice =
  | { readonly shell: 'electron'; readonly executable: string }
  /** `reason` says why Electron is not used, unless something else was requested. */
  | { readonly shell: 'window'; readonly browser: AppBrowser; readonly reason?: string }
  | { readonly shell: 'web'; readonly reason?: string }

/**
 * Chooses Electron if its binary is available; else a window of Chrome, Chromium or Edge; else the default browser.
 */
export async function chooseShell(conditions: ShellConditions): Promise<ShellChoice> {
  const { preference } = conditions
  if (preference === 'browser') return { shell: 'web' }
  if (!conditions.hasDisplay) return { shell: 'web', reason: 'there is no display' }
  if (preference === 'window') {
    const browser = await conditions.findBrowser()
    if (browser !== undefined) return { shell: 'window', browser }
    return { shell: 'web', reason: 'neither Chrome nor Chromium nor Edge is installed' }
  }
  const electron = await electronOf(conditions)
  if ('executable' in electron) return { shell: 'electron', ...electron }
  const browser = await conditions.findBrowser()
  return browser === undefined ? { shell: 'web', ...electron } : { shell: 'window', browser, ...electron }
}

async function electronOf(
  conditions: ShellConditions,
): Promise<{ readonly executable: string } | { readonly reason: string }> {
  // Chromium's sandbox does not work for root, and Strata's own window does not run without it.
  if (conditions.isSuperuser) return { reason: 'Electron does not run as root' }
  const executable = await conditions.findElectron()
  return executable === undefined
    ? { reason: "Electron's binary is missing and cannot be downloaded" }
    : { executable }
}

type Environment = Readonly<Record<string, string | undefined>>

/** Whether the user who started the program could see a window. */
export function hasDisplay(platform: NodeJS.Platform, environment: Environment): boolean {
  if (platform === 'win32') return true
  if (platform === 'darwin') return !isSet(environment['SSH_CONNECTION'])
  return isSet(environment['DISPLAY']) || isSet(environment['WAYLAND_DISPLAY'])
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}
