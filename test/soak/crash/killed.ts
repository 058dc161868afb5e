import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { ErrorCode } from '../../../src/core/errors.ts'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import type { Operation } from '../model/operation.ts'
import type { Edit } from '../stacks/random-edit.ts'

/** What the worker said of a call, or of a change of its stack, as it began or as it ended. */
export interface Said {
  readonly begun?: Operation
  readonly ended?: number
  readonly failed?: ErrorCode
  readonly made?: string
  readonly changing?: Edit
  /** The document from now on. */
  readonly changed?: StackNodeDocument
  readonly refused?: ErrorCode
}

/** When to kill a worker. */
export interface Moment {
  /** So many milliseconds after it said so many lines, or that so many changes begin. */
  readonly delay: number
  readonly lines?: number
  readonly changes?: number
}

/** Milliseconds after which a worker is killed, whatever it has said. */
const PATIENCE = 5000

/** Runs the worker and kills it. @returns All that it said. */
export async function killed(args: readonly string[], { delay, ...count }: Moment): Promise<readonly Said[]> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: Said[] = []
  let changes = 0
  const kill = () => child.kill('SIGKILL')
  let timer: NodeJS.Timeout | undefined
  createInterface(child.stdout).on('line', line => {
    const said = JSON.parse(line) as Said | 'ready'
    if (said === 'ready') {
      timer = setTimeout(kill, PATIENCE)
      return
    }
    lines.push(said)
    if (said.changing !== undefined) changes++
    const isDue = lines.length === count.lines || (said.changing !== undefined && changes === count.changes)
    if (isDue) setTimeout(kill, delay)
  })
  const signal = await new Promise<string | null>(resolve => {
    child.once('close', (_, by) => resolve(by))
  })
  clearTimeout(timer)
  if (signal !== 'SIGKILL') throw new Error('The worker ended by itself')
  return lines
}
