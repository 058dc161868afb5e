import { once } from 'node:events'
import { join } from 'node:path'
import { withinTime } from '../../core/concurrency/within-time.ts'
import { messageOf } from '../../core/errors.ts'
import { makeFolder } from '../../core/node/fs/open-folder.ts'
import { applicationVersion, pageDirectory } from '../application.ts'
import type { CommandLine } from '../command-line.ts'
import { createHost } from '../host/host.ts'
import { openSources, requestedSources } from '../sources.ts'
import { type AppBrowser, type AppWindow, openAppWindow } from '../start/app-window.ts'
import { hasDisplay } from '../start/choose-shell.ts'
import { AcceptedTokens } from './accepted-tokens.ts'
import { dataDirectory } from './data-directory.ts'
import { openBrowser } from './open-browser.ts'
import { startWebShell, type WebShell } from './server.ts'

/**
 * The default ports: the first, so that the address stays the same from run to run, and further ones for other shells
 * at the same time. No system uses these for outgoing connections.
 */
const DEFAULT_PORTS = Array.from({ length: 20 }, (_, index) => 27_180 + index)

/** Milliseconds to wait for what a page sends when its window closes; the limit if pages in other windows stay open. */
const PAGE_CLOSE_TIMEOUT = 1_000

/** Milliseconds to close stacks and save. A hanging store must not keep the program from ending. */
const CLOSING_TIME = 10_000

export interface WebRun {
  /** Folder of `package.json`. */
  readonly application: string
  readonly commandLine: CommandLine
  readonly developmentServer?: string | undefined
  /** A fixed token, so that a page finds its host again after a restart in development. */
  readonly token?: string | undefined
  /** Shows the page in a window of its own. The program ends when it is closed, and closes it when the program ends. */
  readonly window?: { readonly browser: AppBrowser; readonly isSuperuser: boolean } | undefined
  /** Settles when it is time to end. Default: on a signal to the process. */
  readonly stopped?: (() => Promise<unknown>) | undefined
}

/** Serves page and host to a browser until the process gets a signal to stop, then closes both. */
export async function runWebShell(run: WebRun): Promise<void> {
  const { application, commandLine, stopped = stopSignal } = run
  const directory = dataDirectory()
  const host = await createHost({
    dataDirectory: directory,
    shell: 'web',
    appVersion: await applicationVersion(application),
  })
  try {
    const sources = await requestedSources(commandLine, host.recognise)
    for (const failure of await openSources(host, sources)) console.error(messageOf(failure))
    const tokens =
      run.token === undefined ? await AcceptedTokens.open(directory) : AcceptedTokens.only(run.token)
    const shell = await startWebShell({
      host,
      pageDirectory: pageDirectory(application),
      developmentServer: run.developmentServer,
      port: commandLine.port ?? DEFAULT_PORTS,
      tokens,
    })
    console.log(`Strata is at ${shell.address}`)
    // Signals are handled before the window opens, so that a signal at that time does not leave a window behind.
    const isTime = stopped()
    const window = commandLine.opensBrowser ? await show(shell, run.window, directory) : undefined
    await Promise.race([isTime, ...(window === undefined ? [] : [windowClosed(window, shell)])])
    await window?.close()
    await withinTime(shell.close(), CLOSING_TIME)
    await withinTime(tokens.close(), CLOSING_TIME)
  } finally {
    await withinTime(host.close(), CLOSING_TIME)
  }
}

/** Opens a window if one is wanted, else a tab of the default browser. */
async function show(
  shell: WebShell,
  requested: WebRun['window'],
  directory: string,
): Promise<AppWindow | undefined> {
  if (requested !== undefined) {
    // No two running shells have the same port, and a shell usually gets the same port in each run.
    const profile = join(directory, 'windows', new URL(shell.address).port)
    await makeFolder(profile, 0o700)
    const { browser, isSuperuser } = requested
    const window = await openAppWindow(browser, { address: shell.issueLaunchAddress(), profile, isSuperuser })
    if (window !== undefined) return window
    console.error(`${browser.name} could not be started; the default browser is opened instead.`)
  }
  await showInBrowser(shell)
  return undefined
}

/** Resolves when the window is closed and the last messages of its page, such as drafts, have arrived. */
async function windowClosed(window: AppWindow, shell: WebShell): Promise<void> {
  await window.closed
  await withinTime(shell.abandoned(), PAGE_CLOSE_TIMEOUT)
}

async function showInBrowser(shell: WebShell): Promise<void> {
  if (!hasDisplay(process.platform, process.env)) return
  const isOpen = await openBrowser(shell.issueLaunchAddress())
  if (!isOpen) console.error('No browser could be started; open the address above in one.')
}

/** A second signal ends the process immediately. */
async function stopSignal(): Promise<void> {
  const received = new AbortController()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  await Promise.race(signals.map(signal => once(process, signal, { signal: received.signal })))
  received.abort()
}
