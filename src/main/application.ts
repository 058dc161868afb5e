import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const packageFile = z.object({ version: z.string() })

/** The folder that holds `package.json`, above that of the built main process. */
export function applicationDirectory(mainDirectory: string): string {
  return join(mainDirectory, '..', '..')
}

/** Where the built page is, below the folder that holds `package.json`. */
export function pageDirectory(application: string): string {
  return join(application, 'out', 'renderer')
}

/** The version that `package.json` names. */
export async function applicationVersion(application: string): Promise<string> {
  const text = await readFile(join(application, 'package.json'), 'utf8')
  return packageFile.parse(JSON.parse(text)).version
}

/**
 * The folder to which relative paths of a command line refer. npm runs scripts in the package's folder and passes the
 * caller's folder in `INIT_CWD`.
 */
export function callerDirectory(
  application: string,
  current: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return current === application ? (environment['INIT_CWD'] ?? current) : current
}
