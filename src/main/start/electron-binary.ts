import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { CommandLine } from '../command-line.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The maximum number of milliseconds for downloading the binary, which has about 120 MB. */
const FETCH_TIME = 300_000

/** Folder of the `electron` package; `undefined` if it is not installed. */
export function electronPackage(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/** Path of Electron's executable, if it was fetched already. Loading the package instead would fetch it. */
export async function findElectron(
  packageDirectory: string,
  environment: Environment = process.env,
): Promise<string | undefined> {
  const name = await readFile(join(packageDirectory, 'path.txt'), 'utf8').catch(ifAbsent)
  const elsewhere = environment['ELECTRON_OVERRIDE_DIST_PATH']
  if (elsewhere !== undefined && elsewhere !== '') return presentFile(join(elsewhere, name ?? 'electron'))
  return name === undefined ? undefined : presentFile(join(packageDirectory, 'dist', name))
}

/**
 * Makes the package download its binary, as it would on first use.
 * @returns Whether that succeeded.
 */
export async function fetchElectron(packageDirectory: string, limit = FETCH_TIME): Promise<boolean> {
  const fetching = spawn(process.execPath, [join(packageDirectory, 'install.js')], {
    stdio: ['ignore', 'inherit', 'ignore'],
    timeout: limit,
  })
  const [code] = (await once(fetching, 'close')) as [number | null]
  return code === 0
}

async function presentFile(path: string): Promise<string | undefined> {
  return access(path).then(() => path, ifAbsent)
}

function ifAbsent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}

/**
 * Electron's arguments: the application, then what to open. After `--`, Chromium does not interpret arguments as
 * switches.
 */
export function electronArguments(
  application: string,
  { paths, stacks }: Pick<CommandLine, 'paths' | 'stacks'>,
): readonly string[] {
  return [application, '--', ...stacks.map(stack => `--stack=${stack}`), ...paths]
}

/**
 * Runs Electron until its window is closed.
 * @returns The exit code of Electron.
 */
export async function runElectron(executable: string, args: readonly string[]): Promise<number> {
  const environment = { ...process.env }
  // May be set in the terminal of an Electron-based editor. The binary would then run as plain Node.
  delete environment['ELECTRON_RUN_AS_NODE']
  const child = spawn(executable, args, { stdio: 'inherit', env: environment })
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, forward)
  const [code] = (await once(child, 'close')) as [number | null]
  return code ?? 1
}
