/** The conditions that decide between Electron's window and a browser. */
interface Surroundings {
  /** The person asked for the browser. */
  readonly isWeb: boolean
  readonly hasDisplay: boolean
  readonly isSuperuser: boolean
  /** Path of Electron's executable, where it is or can be had. Asked only when it would be used. */
  findElectron(): Promise<string | undefined>
}

type ShellChoice =
  | { readonly shell: 'electron'; readonly executable: string }
  /** `reason` is why it is not Electron, when that was not asked for. */
  | { readonly shell: 'web'; readonly reason?: string }

export async function chooseShell(surroundings: Surroundings): Promise<ShellChoice> {
  if (surroundings.isWeb) return { shell: 'web' }
  if (!surroundings.hasDisplay) return { shell: 'web', reason: 'there is no display' }
  // Chromium's sandbox does not work for root, and Strata does not run without it.
  if (surroundings.isSuperuser) return { shell: 'web', reason: 'Electron does not run as root' }
  const executable = await surroundings.findElectron()
  if (executable === undefined)
    return { shell: 'web', reason: "Electron's binary is missing and cannot be downloaded" }
  return { shell: 'electron', executable }
}

type Environment = Readonly<Record<string, string | undefined>>

/** Whether a window could be seen by whoever started the program. */
export function hasDisplay(platform: NodeJS.Platform, environment: Environment): boolean {
  if (platform === 'win32') return true
  if (platform === 'darwin') return !isSet(environment['SSH_CONNECTION'])
  return isSet(environment['DISPLAY']) || isSet(environment['WAYLAND_DISPLAY'])
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}
