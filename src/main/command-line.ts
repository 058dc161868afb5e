import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isAddress } from '../shared/address.ts'

const USAGE = `Usage: strata [PATH…] [--stack FILE] [--window | --browser] [--port N] [--no-open]

  PATH          a folder, a database, a stack file (.json), or an address such as redis://localhost;
                KIND:PATH names the kind, such as sqlite:notes.db; without any PATH, the sample
  --stack FILE  a stack file
  --window      open a window of Chrome, Chromium or Edge, even if Electron is available
  --browser     open a tab of the default browser; --web is the same
  --port N      the port to serve on (default: 27180 or the next free one); 0 for any free port
  --no-open     start no browser; only print the address
  --help        print this`

/** What the command line requests. Paths are absolute. */
export interface CommandLine {
  /** Paths, `kind:path` and addresses. */
  readonly paths: readonly string[]
  readonly stacks: readonly string[]
  /** How the window is to be shown. Default: by what is available; see `chooseShell`. */
  readonly preference: 'browser' | 'window' | undefined
  readonly opensBrowser: boolean
  readonly port: number | undefined
  readonly isHelp: boolean
}

/** An invalid command line. The message is shown to the user. */
export class UsageError extends Error {
  override name = 'UsageError'
}

const OPTIONS = {
  stack: { type: 'string', multiple: true },
  web: { type: 'boolean' },
  browser: { type: 'boolean' },
  window: { type: 'boolean' },
  open: { type: 'boolean' },
  port: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/**
 * @param directory Where relative paths start.
 * @throws UsageError for unknown options and bad values.
 */
export function parseCommandLine(args: readonly string[], directory: string): CommandLine {
  const { values, positionals } = parse(args)
  return {
    paths: positionals.map(text => absolute(text, directory)),
    stacks: (values.stack ?? []).map(path => resolve(directory, path)),
    preference: preferenceOf(values),
    opensBrowser: values.open ?? true,
    port: values.port === undefined ? undefined : parsePort(values.port),
    isHelp: values.help ?? false,
  }
}

function preferenceOf(values: {
  readonly web?: boolean | undefined
  readonly browser?: boolean | undefined
  readonly window?: boolean | undefined
}): CommandLine['preference'] {
  const isBrowser = values.web === true || values.browser === true
  if (isBrowser && values.window === true) {
    throw new UsageError('--window and --browser exclude each other')
  }
  if (isBrowser) return 'browser'
  return values.window === true ? 'window' : undefined
}

/** Kinds that may stand before a path. Any other colon is a part of the path. */
const BEFORE_PATH = /^((?:fs|git|leveldb|lmdb|sqlite):)(.+)$/s

/** An address as it is; a path made absolute, also after the name of a kind. */
function absolute(text: string, directory: string): string {
  if (isAddress(text)) return text
  const [, kind = '', path = text] = BEFORE_PATH.exec(text) ?? []
  return kind + resolve(directory, path)
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, allowNegative: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new UsageError(`Cannot serve on port "${text}": a port is a number from 0 to 65535`)
  }
  return port
}

/**
 * Runs a program's command line and ends the process. A failure is printed as one line, because it is usually a path or
 * a port; `STRATA_DEBUG` adds the stack trace.
 */
export async function runCommand(
  directory: string,
  run: (commandLine: CommandLine) => Promise<number>,
): Promise<never> {
  try {
    const commandLine = parseCommandLine(process.argv.slice(2), directory)
    if (commandLine.isHelp) {
      console.log(USAGE)
      process.exit(0)
    }
    process.exit(await run(commandLine))
  } catch (error) {
    console.error(describe(error))
    process.exit(error instanceof UsageError ? 2 : 1)
  }
}

function describe(error: unknown): unknown {
  if (process.env['STRATA_DEBUG'] !== undefined || !(error instanceof Error)) return error
  return error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error.message
}
