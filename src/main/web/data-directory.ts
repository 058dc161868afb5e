import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Where Strata keeps its workspace when it runs without Electron: the system's folder for application data.
 * `STRATA_DATA` names another folder.
 */
export function dataDirectory(
  platform: NodeJS.Platform = process.platform,
  environment: Environment = process.env,
  home: string = homedir(),
): string {
  const path = platform === 'win32' ? win32 : posix
  const chosen = environment['STRATA_DATA']
  if (isSet(chosen)) return path.resolve(chosen)
  if (platform === 'win32') {
    const roaming = environment['APPDATA']
    return path.join(isSet(roaming) ? roaming : path.join(home, 'AppData', 'Roaming'), 'Strata')
  }
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Strata')
  const data = environment['XDG_DATA_HOME']
  // The XDG specification requires that a relative path is ignored.
  return path.join(isSet(data) && path.isAbsolute(data) ? data : path.join(home, '.local', 'share'), 'strata')
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== ''
}
