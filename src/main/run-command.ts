import { type CommandLine, parseCommandLine, USAGE, UsageError } from './command-line.ts'

/**
 * Runs a program's command line and ends the process. What goes wrong is said in one line, for it is mostly a path or
 * a port; `STRATA_DEBUG` adds where it came from.
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
