import { once } from 'node:events'
import { withinTime } from '../../core/concurrency/within-time.ts'
import { messageOf } from '../../core/errors.ts'
import { applicationVersion, pageDirectory } from '../application.ts'
import type { CommandLine } from '../command-line.ts'
import { createHost } from '../host/host.ts'
import { openSources, requestedSources } from '../sources.ts'
import { hasDisplay } from '../start/choose-shell.ts'
import { dataDirectory } from './data-directory.ts'
import { KnownTokens } from './known-tokens.ts'
import { openBrowser } from './open-browser.ts'
import { startWebShell, type WebShell } from './server.ts'

/**
 * Where the shell is when nobody says otherwise, so that its address stays the same from run to run; the next ones are
 * for further shells at the same time. No system gives these to outgoing connections.
 */
const DEFAULT_PORTS = Array.from({ length: 20 }, (_, index) => 27_180 + index)

/** Milliseconds to close stacks and save in; a store that hangs must not keep the program from ending. */
const CLOSING_TIME = 10_000

export interface WebRun {
  /** Folder of `package.json`. */
  readonly application: string
  readonly commandLine: CommandLine
  readonly developmentServer?: string | undefined
  /** A fixed token, so that a page finds its host again after a restart in development. */
  readonly token?: string | undefined
  /** Settles when it is time to end. Default: when the process is told to. */
  readonly stopped?: (() => Promise<unknown>) | undefined
}

/** Serves page and host to a browser until it is told to stop, then closes both. */
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
    const tokens = run.token === undefined ? await KnownTokens.open(directory) : KnownTokens.only(run.token)
    const shell = await startWebShell({
      host,
      pageDirectory: pageDirectory(application),
      developmentServer: run.developmentServer,
      port: commandLine.port ?? DEFAULT_PORTS,
      tokens,
    })
    console.log(`Strata is at ${shell.address}`)
    if (commandLine.opensBrowser) await showInBrowser(shell)
    await stopped()
    await withinTime(shell.close(), CLOSING_TIME)
    await withinTime(tokens.close(), CLOSING_TIME)
  } finally {
    await withinTime(host.close(), CLOSING_TIME)
  }
}

async function showInBrowser(shell: WebShell): Promise<void> {
  if (!hasDisplay(process.platform, process.env)) return
  const isOpen = await openBrowser(shell.issueLaunchAddress())
  if (!isOpen) console.error('No browser could be started; open the address above in one.')
}

/** A second signal ends the process at once, as it would without us. */
async function stopSignal(): Promise<void> {
  const received = new AbortController()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  await Promise.race(signals.map(signal => once(process, signal, { signal: received.signal })))
  received.abort()
}
