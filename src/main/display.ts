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
