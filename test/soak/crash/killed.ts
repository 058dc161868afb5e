import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { ErrorCode } from '../../../src/core/errors.ts'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import type { Operation } from '../model/operation.ts'
import type { Edit } from '../stacks/random-edit.ts'

/** The output of the worker about a call, or about a change of its stack, when it started or ended. */
export interface WorkerLine {
  readonly begun?: Operation
  readonly ended?: number
  readonly failed?: ErrorCode
  readonly made?: string
  readonly changing?: Edit
  /** The new document. */
  readonly changed?: StackNodeDocument
  readonly refused?: ErrorCode
}

/** When to kill a worker. */
export interface Moment {
  /** After this many milliseconds, counted from this many lines, or from the start of this many changes. */
  readonly delay: number
  readonly lines?: number
  readonly changes?: number
}

/** Milliseconds after which a worker is killed in any case. */
const PATIENCE = 5000

/** Runs the worker and kills it. @returns All of its output. */
export async function killed(
  args: readonly string[],
  { delay, ...count }: Moment,
): Promise<readonly WorkerLine[]> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: WorkerLine[] = []
  let changes = 0
  const kill = () => child.kill('SIGKILL')
  let timer: NodeJS.Timeout | undefined
  createInterface(child.stdout).on('line', line => {
    const output = JSON.parse(line) as WorkerLine | 'ready'
    if (output === 'ready') {
      timer = setTimeout(kill, PATIENCE)
      return
    }
    lines.push(output)
    if (output.changing !== undefined) changes++
    const isDue = lines.length === count.lines || (output.changing !== undefined && changes === count.changes)
    if (isDue) setTimeout(kill, delay)
  })
  const signal = await new Promise<string | null>(resolve => {
    child.once('close', (_, by) => resolve(by))
  })
  clearTimeout(timer)
  if (signal !== 'SIGKILL') throw new Error('The worker ended by itself')
  return lines
}
