import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { CommandLine } from '../command-line.ts'

/**
 * The arguments that Electron is given: the application, then what to open. After `--` Chromium takes nothing for a
 * switch of its own, whatever a path begins with.
 */
export function electronArguments(
  application: string,
  { paths, stacks }: Pick<CommandLine, 'paths' | 'stacks'>,
): readonly string[] {
  return [application, '--', ...stacks.map(stack => `--stack=${stack}`), ...paths]
}

/** Runs Electron until its window is closed. @returns Its exit code. */
export async function runElectron(executable: string, args: readonly string[]): Promise<number> {
  const environment = { ...process.env }
  // An editor's terminal, itself Electron, may leave this set: the binary would be plain Node.
  delete environment['ELECTRON_RUN_AS_NODE']
  const child = spawn(executable, args, { stdio: 'inherit', env: environment })
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, forward)
  const [code] = (await once(child, 'close')) as [number | null]
  return code ?? 1
}
