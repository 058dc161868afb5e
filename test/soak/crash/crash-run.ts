import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Key } from '../../../src/core/key.ts'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import { collect } from '../../../src/testkit/suite.ts'
import { bundle } from '../../core/node/fs/crash/bundle.ts'
import { judgeRecord } from '../journal/judge-record.ts'
import { excusesFor } from '../model/excuses.ts'
import { inspect } from '../model/inspect.ts'
import { Judge } from '../model/judge.ts'
import { perform } from '../model/perform.ts'
import { Random } from '../random.ts'
import { soon } from '../soon.ts'
import { briefly, hasKind, isWritingBack } from '../stacks/nodes.ts'
import { OpenStack } from '../stacks/open-stack.ts'
import { serialIn } from '../values.ts'
import type { Ledger } from '../violation.ts'
import { killed, type Said } from './killed.ts'
import { LossyState } from './lossy-state.ts'
import { keysOf, type Move, Moves } from './moves.ts'

export interface CrashOptions {
  /** The worker, as a file that Node can run. */
  readonly program: string
  readonly root: StackNodeDocument
  readonly seed: number
  readonly kills: number
  readonly ledger: Ledger
}

/**
 * Writes to a stack in a process of its own, kills it at a random moment, opens the stack again and compares it with the
 * model; then goes on with what is there.
 * @returns How many calls were begun.
 * @throws Error that names the stack and the last calls, with what went wrong as its cause.
 */
export async function runCrashes(options: CrashOptions): Promise<number> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'strata-soak-')))
  const run = new CrashRun(options, folder)
  try {
    return await run.run()
  } catch (cause) {
    const said = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
    const last = run.lines.slice(-30).map(line => JSON.stringify(line))
    throw new Error(`${said}\nin ${briefly(options.root)}\nafter ${last.join('\n      ')}`, { cause })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The worker as a program, until it is disposed of. */
export async function bundledWorker() {
  const { file, remove } = await bundle(join(import.meta.dirname, 'worker.ts'))
  return { file, [Symbol.asyncDispose]: remove }
}

class CrashRun {
  lines: readonly Said[] = []
  readonly #options: CrashOptions
  readonly #folder: string
  readonly #random: Random
  readonly #state: LossyState

  constructor(options: CrashOptions, folder: string) {
    this.#options = options
    this.#folder = folder
    this.#random = new Random(options.seed)
    const isMerging = hasKind(options.root, 'lowercase')
    this.#state = new LossyState(options.ledger, key => (isMerging ? key.toLowerCase() : key))
  }

  async run(): Promise<number> {
    const { program, root, kills } = this.#options
    const folder = this.#folder
    const random = this.#random
    let calls = 0
    for (let kill = 0; kill < kills; kill++) {
      // Serial numbers go on where the last process may have left off.
      const args = [program, folder, JSON.stringify(root), String(random.seed()), String(kill * 100_000)]
      this.lines = await killed(args, 15 + random.below(60), random.next() * 5)
      calls += this.lines.filter(line => line.begun !== undefined).length
      const moves = this.#judge()
      const stack = await soon(OpenStack.open(root, folder), 'open')
      try {
        await soon(this.#compare(stack, moves), 'inspect')
      } finally {
        await soon(stack.close(), 'close')
      }
      this.#state.synced()
    }
    return calls
  }

  /** Draws from what the worker said what the stack may hold. @returns What renames moved. */
  #judge(): readonly Move[] {
    const state = this.#state
    const { root } = this.#options
    const isLossy = isWritingBack(root)
    const ended = new Map(this.lines.filter(line => line.ended !== undefined).map(line => [line.ended, line]))
    const begun = this.lines.flatMap(line => line.begun ?? [])
    // What was begun at once, or broke off, may have left folders in the way of other keys.
    for (const key of begun.flatMap(keysOf)) {
      state.noteTried(key)
      state.noteTried(`${key}/fresh`)
    }
    const moves = new Moves(state.nameOf)
    for (const [index, operation] of begun.entries()) {
      const end = ended.get(index)
      moves.note(operation, operation.verb === 'rename' ? state.lasting(operation.key) : undefined)
      const outcome =
        end === undefined
          ? ({ failed: 'ABORTED' } as const)
          : {
              ...(end.failed !== undefined && { failed: end.failed }),
              ...(end.made !== undefined && { made: Key.parse(end.made) }),
            }
      new Judge(state, { ...excusesFor(root), isAborted: end === undefined }).judge(operation, outcome)
      const isSync = operation.verb === 'sync' && outcome.failed === undefined
      if (isSync || !isLossy) state.synced()
    }
    state.died()
    return moves.all
  }

  async #compare(stack: OpenStack, moves: readonly Move[]): Promise<void> {
    const { root, ledger } = this.#options
    const state = this.#state
    // A folder that was made for a key may be there without it, and is a branch with nothing below.
    const excuses = { ...excusesFor(root), showsEmptyBranches: true }
    await this.#expectLasting(stack)
    await inspect(stack.store, state, new Judge(state, excuses), this.#random.seed())
    for (const { serial, keys } of moves) {
      const isKept = keys.some(key => state.of(key).has(serial))
      ledger.hold(
        'a rename that is cut short loses nothing',
        isKept,
        () => `${serial} is under none of ${keys.join(' ')}`,
      )
    }
    // What is made on record may be lost again below it, where that writes back.
    if (isWritingBack(root)) return
    for (const { store, isInSight, isLasting, keepsAll } of stack.journals) {
      if (isInSight && isLasting)
        judgeRecord(await collect(store.entries()), keepsAll ? new Map() : undefined, state)
    }
  }

  /** What is known of a key for certain was written before the last sync, and not after. */
  async #expectLasting(stack: OpenStack): Promise<void> {
    const { root, ledger } = this.#options
    const { refusals } = excusesFor(root)
    for (const key of this.#state.everHeld) {
      const serial = this.#state.lasting(key)
      if (serial === undefined) continue
      const { bytes, failed } = await perform(stack.store, { verb: 'get', key }, {})
      if (failed !== undefined && failed !== 'broken' && refusals.has(failed)) continue
      const found = bytes === undefined ? 0 : serialIn(bytes)
      ledger.hold(
        serial === 0 ? 'what was deleted before a sync stays away' : 'what was synced is there',
        found === serial && (serial !== 0 || failed === 'NOT_FOUND'),
        () =>
          `${key} held ${serial}, and now there is ${found ?? 'none of the values'} (${failed ?? 'a value'})`,
      )
    }
  }
}
