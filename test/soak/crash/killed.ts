import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { ErrorCode } from '../../../src/core/errors.ts'
import type { Operation } from '../model/operation.ts'

/** What the worker said of a call as it began, or as it ended. */
export interface Said {
  readonly begun?: Operation
  readonly ended?: number
  readonly failed?: ErrorCode
  readonly made?: string
}

/** Milliseconds after which a worker is killed, whatever it has said. */
const PATIENCE = 5000

/** Runs the worker and kills it so many milliseconds after it said so many lines. @returns All that it said. */
export async function killed(
  args: readonly string[],
  count: number,
  delay: number,
): Promise<readonly Said[]> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: Said[] = []
  const kill = () => child.kill('SIGKILL')
  let timer: NodeJS.Timeout | undefined
  createInterface(child.stdout).on('line', line => {
    const said = JSON.parse(line) as Said | 'ready'
    if (said === 'ready') timer = setTimeout(kill, PATIENCE)
    else lines.push(said)
    if (lines.length === count) setTimeout(kill, delay)
  })
  const signal = await new Promise<string | null>(resolve => {
    child.once('close', (_, by) => resolve(by))
  })
  clearTimeout(timer)
  if (signal !== 'SIGKILL') throw new Error('The worker ended by itself')
  return lines
}
