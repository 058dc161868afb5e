import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { ErrorCode } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import { excusesFor } from '../model/excuses.ts'
import { inspect } from '../model/inspect.ts'
import { Judge } from '../model/judge.ts'
import type { Operation } from '../model/operation.ts'
import { PossibleState } from '../model/possible-state.ts'
import { Random } from '../random.ts'
import { OpenStack } from '../stacks/open-stack.ts'
import type { Ledger } from '../violation.ts'

export interface CrashOptions {
  /** The worker, as a file that Node can run. */
  readonly program: string
  readonly root: StackNodeDocument
  readonly folder: string
  readonly seed: number
  readonly kills: number
  readonly ledger: Ledger
}

interface Said {
  readonly begun?: Operation
  readonly ended?: number
  readonly failed?: ErrorCode
  readonly made?: string
}

/**
 * Writes to a stack in a process of its own, kills it at a random moment, opens the stack again and compares it with the
 * model; then goes on with what is there.
 * @returns How many calls were begun.
 */
export async function runCrashes({
  program,
  root,
  folder,
  seed,
  kills,
  ledger,
}: CrashOptions): Promise<number> {
  const random = new Random(seed)
  const state = new PossibleState(ledger, key => key)
  let calls = 0
  for (let kill = 0; kill < kills; kill++) {
    // Serial numbers go on where the last process may have left off.
    const args = [program, folder, JSON.stringify(root), String(random.seed()), String(kill * 100_000)]
    const lines = await killed(args, 5 + random.next() * 60)
    calls += lines.filter(line => line.begun !== undefined).length
    const renames = judge(state, root, lines)
    await compare(state, root, folder, random.seed())
    for (const { serial, keys } of renames) {
      const isKept = keys.some(key => state.of(key).has(serial))
      ledger.hold(
        'a rename that is cut short loses nothing',
        isKept,
        () => `${serial} is under none of ${keys.join(' ')}`,
      )
    }
  }
  return calls
}

async function killed(args: readonly string[], delay: number): Promise<readonly Said[]> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: Said[] = []
  createInterface(child.stdout).on('line', line => {
    const said = JSON.parse(line) as Said | 'ready'
    if (said === 'ready') setTimeout(() => child.kill('SIGKILL'), delay)
    else lines.push(said)
  })
  const signal = await new Promise<string | null>(resolve => {
    child.once('close', (_, by) => resolve(by))
  })
  if (signal !== 'SIGKILL') throw new Error('The worker ended by itself')
  return lines
}

/** Draws from what the worker said what the stack may hold. @returns The renames that were cut short. */
function judge(state: PossibleState, root: StackNodeDocument, lines: readonly Said[]) {
  const ended = new Map(lines.filter(line => line.ended !== undefined).map(line => [line.ended, line]))
  const begun = lines.flatMap(line => line.begun ?? [])
  for (const operation of begun) if ('key' in operation) state.noteTried(`${operation.key}/fresh`)
  const renames: { readonly serial: number; readonly keys: readonly [string, string] }[] = []
  for (const [index, operation] of begun.entries()) {
    const end = ended.get(index)
    const [serial = 0, ...others] = operation.verb === 'rename' ? state.of(operation.key) : []
    if (end === undefined && operation.verb === 'rename' && serial !== 0 && others.length === 0)
      renames.push({ serial, keys: [operation.key, operation.to] })
    const outcome =
      end === undefined
        ? ({ failed: 'ABORTED' } as const)
        : {
            ...(end.failed !== undefined && { failed: end.failed }),
            ...(end.made !== undefined && { made: Key.parse(end.made) }),
          }
    new Judge(state, { ...excusesFor(root), isAborted: end === undefined }).judge(operation, outcome)
  }
  return renames
}

async function compare(
  state: PossibleState,
  root: StackNodeDocument,
  folder: string,
  seed: number,
): Promise<void> {
  const stack = await OpenStack.open(root, folder)
  try {
    await inspect(stack.store, state, new Judge(state, excusesFor(root)), seed)
  } finally {
    await stack.close()
  }
}
