import { z } from 'zod'
import { type CommandLine, parseCommandLine } from '../command-line.ts'

/**
 * Strata's own arguments. When started by the launcher or from source, they follow `--`, after Electron's arguments. An
 * installed program gets only its own.
 */
function ownArguments(argv: readonly string[], isPackaged: boolean): readonly string[] {
  if (isPackaged) return argv.slice(1).filter(argument => !isSystemSwitch(argument))
  const end = argv.indexOf('--')
  return end < 0 ? [] : argv.slice(end + 1)
}

/** What a second instance sends to the first: its command line, with absolute paths. */
const secondStart = z.object({ paths: z.array(z.string()), stacks: z.array(z.string()) })
export type Requested = z.infer<typeof secondStart>

/** @throws UsageError */
export function requestedBy(argv: readonly string[], isPackaged: boolean, directory: string): Requested {
  const { paths, stacks }: CommandLine = parseCommandLine(ownArguments(argv, isPackaged), directory)
  return { paths: [...paths], stacks: [...stacks] }
}

/** Parses the data of a second instance; `undefined` if it is invalid. */
export function parseRequested(data: unknown): Requested | undefined {
  return secondStart.safeParse(data).data
}

/** Whether nothing was requested. */
export function isNothing({ paths, stacks }: Requested): boolean {
  return paths.length === 0 && stacks.length === 0
}

/** Desktops and Chromium add switches (`-psn_0_123`, `--no-sandbox`); ours are known by name. */
function isSystemSwitch(argument: string): boolean {
  return argument.startsWith('-') && !argument.startsWith('--stack')
}
