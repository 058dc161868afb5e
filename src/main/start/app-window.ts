import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, constants } from 'node:fs/promises'
import { posix, win32 } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** A browser that can show a page in a window of its own, without tabs and an address bar. */
export interface AppBrowser {
  /** The product name: `Chromium`. */
  readonly name: string
  readonly executable: string
}

/** Names of executables on Linux and other systems, in the order of preference. */
const COMMANDS: readonly (readonly [name: string, command: string])[] = [
  ['Google Chrome', 'google-chrome'],
  ['Google Chrome', 'google-chrome-stable'],
  ['Chromium', 'chromium'],
  ['Chromium', 'chromium-browser'],
  ['Microsoft Edge', 'microsoft-edge'],
  ['Microsoft Edge', 'microsoft-edge-stable'],
]

const MAC_APPLICATIONS = ['Google Chrome', 'Chromium', 'Microsoft Edge']

const WINDOWS_PATHS = [
  ['Google Chrome', 'Google\\Chrome\\Application\\chrome.exe'],
  ['Microsoft Edge', 'Microsoft\\Edge\\Application\\msedge.exe'],
  ['Chromium', 'Chromium\\Application\\chrome.exe'],
] as const

/** The first browser of this kind that is installed. `STRATA_BROWSER` names another executable. */
export async function findAppBrowser(
  platform: NodeJS.Platform = process.platform,
  environment: Environment = process.env,
): Promise<AppBrowser | undefined> {
  for (const browser of candidates(platform, environment)) {
    const isThere = await access(browser.executable, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return browser
  }
  return undefined
}

function candidates(platform: NodeJS.Platform, environment: Environment): readonly AppBrowser[] {
  const chosen = environment['STRATA_BROWSER']
  if (chosen !== undefined && chosen !== '') return [{ name: chosen, executable: chosen }]
  if (platform === 'darwin') {
    return MAC_APPLICATIONS.map(name => ({
      name,
      executable: `/Applications/${name}.app/Contents/MacOS/${name}`,
    }))
  }
  if (platform === 'win32') {
    const folders = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].map(name => environment[name])
    return WINDOWS_PATHS.flatMap(([name, path]) =>
      folders.flatMap(folder => (folder ? [{ name, executable: win32.join(folder, path) }] : [])),
    )
  }
  const folders = (environment['PATH'] ?? '').split(':').filter(folder => posix.isAbsolute(folder))
  return COMMANDS.flatMap(([name, command]) =>
    folders.map(folder => ({ name, executable: posix.join(folder, command) })),
  )
}

interface WindowOptions {
  readonly address: string
  /** Folder of a profile that nothing else uses: otherwise the window would belong to a browser that runs already. */
  readonly profile: string
  /** Chromium refuses to run as root with its sandbox. */
  readonly isSuperuser: boolean
}

export function appWindowArguments({ address, profile, isSuperuser }: WindowOptions): readonly string[] {
  return [
    `--app=${address}`,
    `--user-data-dir=${profile}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-sync',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-background-mode',
    ...(isSuperuser ? ['--no-sandbox', '--test-type'] : []),
  ]
}

/** A window that was opened. */
export interface AppWindow {
  /** Resolves when the window is closed, by the user or by `close`. */
  readonly closed: Promise<void>
  /** Closes the window, and resolves when it is closed. */
  close(): Promise<void>
}

/** A browser that fails within this many milliseconds has not opened a window. */
const STARTING = 3_000

/** Milliseconds that a window may take to close. */
const CLOSING = 3_000

/** @returns The window; `undefined` if the browser cannot be started, or fails while it starts. */
export async function openAppWindow(
  { executable }: AppBrowser,
  options: WindowOptions,
): Promise<AppWindow | undefined> {
  const child = spawn(executable, appWindowArguments(options), { stdio: 'ignore' })
  const ended = endOf(child)
  const isFailed = await Promise.race([
    ended.then(code => code !== 0),
    new Promise<false>(resolve => setTimeout(resolve, STARTING, false).unref()),
  ])
  if (isFailed) return undefined
  return {
    closed: ended.then(() => undefined),
    async close() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), CLOSING)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Resolves with the exit code; `undefined` if the process could not be started. */
async function endOf(child: ChildProcess): Promise<number | null | undefined> {
  try {
    const [code] = (await once(child, 'exit')) as [number | null]
    return code
  } catch {
    return undefined
  }
}
