import { z } from 'zod'
import { type CommandLine, parseCommandLine } from '../command-line.ts'

/**
 * The command line meant for Strata. Started by the launcher or from source, it comes after `--`, for Electron's own
 * arguments come first; an installed program is given nothing else.
 */
function ownArguments(argv: readonly string[], isPackaged: boolean): readonly string[] {
  if (isPackaged) return argv.slice(1).filter(argument => !isSystemSwitch(argument))
  const end = argv.indexOf('--')
  return end < 0 ? [] : argv.slice(end + 1)
}

/** What the second start tells the first: its own command line, with absolute paths. */
const secondStart = z.object({ paths: z.array(z.string()), stacks: z.array(z.string()) })
export type Requested = z.infer<typeof secondStart>

/** @throws UsageError */
export function requestedBy(argv: readonly string[], isPackaged: boolean, directory: string): Requested {
  const { paths, stacks }: CommandLine = parseCommandLine(ownArguments(argv, isPackaged), directory)
  return { paths: [...paths], stacks: [...stacks] }
}

/** What another start sent; `undefined` for what no start of Strata sends. */
export function parseRequested(data: unknown): Requested | undefined {
  return secondStart.safeParse(data).data
}

/** Whether a start asked for nothing in particular. */
export function isNothing({ paths, stacks }: Requested): boolean {
  return paths.length === 0 && stacks.length === 0
}

/** Desktops and Chromium add switches of their own (`-psn_0_123`, `--no-sandbox`); ours are all known by name. */
function isSystemSwitch(argument: string): boolean {
  return argument.startsWith('-') && !argument.startsWith('--stack')
}
