import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasCode } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import { collect } from '../../../src/testkit/suite.ts'
import { bundle } from '../../core/node/fs/crash/bundle.ts'
import { judgeRecord } from '../journal/judge-record.ts'
import { excusesFor } from '../model/excuses.ts'
import { inspect } from '../model/inspect.ts'
import { Judge } from '../model/judge.ts'
import type { Operation } from '../model/operation.ts'
import { perform } from '../model/perform.ts'
import { Random } from '../random.ts'
import { soon } from '../soon.ts'
import { briefly, hasKind, isWritingBack, nodesOf } from '../stacks/nodes.ts'
import { OpenStack } from '../stacks/open-stack.ts'
import type { Edit } from '../stacks/random-edit.ts'
import { serialIn } from '../values.ts'
import type { Ledger } from '../violation.ts'
import { killed, type Moment, type WorkerLine } from './killed.ts'
import { LossyState } from './lossy-state.ts'
import { keysOf, type Move, Moves } from './moves.ts'

export interface CrashOptions {
  /** The worker, as a file that Node can run. */
  readonly program: string
  readonly root: StackNodeDocument
  readonly seed: number
  readonly kills: number
  readonly ledger: Ledger
  /** The share of the worker's calls after which it changes its stack. Default 0.15. */
  readonly changes?: number
  /** A defect of the worker. */
  readonly defect?: string
}

/**
 * Writes to a stack in a process of its own, kills it at a random moment, opens the stack again and compares
 * it with the model. Then continues with the same data.
 * @returns How many calls were started.
 * @throws Error that names the stack and the last calls, with the violation as its cause.
 */
export async function runCrashes(options: CrashOptions): Promise<number> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'strata-soak-')))
  const run = new CrashRun(options, folder)
  try {
    return await run.run()
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
    const last = run.lines.slice(-30).map(line => JSON.stringify(line))
    throw new Error(`${reason}\nin ${briefly(options.root)}\nafter ${last.join('\n      ')}`, { cause })
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
  lines: readonly WorkerLine[] = []
  readonly #options: CrashOptions
  readonly #folder: string
  readonly #random: Random
  readonly #state: LossyState
  /** The document that the last worker acknowledged. */
  #root: StackNodeDocument
  /** The change that it was about to make. */
  #edit: Edit | undefined
  /** Acknowledged writes may have been lost, so a journal may record more than the stack holds. */
  #isRecordAhead = false

  constructor(options: CrashOptions, folder: string) {
    this.#options = options
    this.#folder = folder
    this.#random = new Random(options.seed)
    this.#root = options.root
    const isMerging = hasKind(options.root, 'lowercase')
    this.#state = new LossyState(options.ledger, key => (isMerging ? key.toLowerCase() : key))
  }

  async run(): Promise<number> {
    const { program, kills, changes = 0.15, defect = '' } = this.#options
    let calls = 0
    for (let kill = 0; kill < kills; kill++) {
      // Serial numbers continue after the last one that the previous process may have used.
      const seed = this.#random.seed()
      const args = [program, this.#folder, JSON.stringify(this.#root), seed, kill * 100_000, changes, defect]
      this.lines = await killed(args.map(String), this.#moment())
      calls += this.lines.filter(line => line.begun !== undefined).length
      await this.#look(this.#judge())
      this.#state.synced()
    }
    return calls
  }

  /** After some calls, or while the stack changes. */
  #moment(): Moment {
    const random = this.#random
    const { changes = 0.15 } = this.#options
    const lines = 15 + random.below(60)
    if (changes === 0 || random.chance(0.5)) return { lines, delay: random.next() * 5 }
    return { changes: 1 + random.below(3), delay: random.next() * 20 }
  }

  /**
   * Computes from the output of the worker what the stack may hold. @returns The values that renames moved.
   */
  #judge(): readonly Move[] {
    const state = this.#state
    const lossy = this.#follow()
    const begun = this.lines.flatMap(line => line.begun ?? [])
    // Concurrent or interrupted calls may have left folders in the way of other keys.
    for (const key of begun.flatMap(keysOf)) {
      state.noteTried(key)
      state.noteTried(`${key}/fresh`)
    }
    const moves = new Moves(state.nameOf)
    const excuses = excusesFor(this.#options.root)
    const calls = this.#calls(lossy)
    for (const at of this.lines.keys()) {
      const call = calls.find(({ begun }) => begun === at)
      if (call !== undefined) {
        const { operation, end } = call
        moves.note(operation, operation.verb === 'rename' ? state.lasting(operation.key) : undefined)
        const outcome =
          end === undefined
            ? ({ failed: 'ABORTED' } as const)
            : {
                ...(end.failed !== undefined && { failed: end.failed }),
                ...(end.made !== undefined && { made: Key.parse(end.made) }),
              }
        new Judge(state, { ...excuses, isAborted: end === undefined }).judge(operation, outcome)
        if (operation.verb === 'sync' && outcome.failed === undefined) state.synced()
      }
      // Writes that a lossless stack acknowledged are permanent, and so are those flushed when it became
      // lossless.
      const isSafe = !lossy[at] && !calls.some(one => one.isLossy && one.begun <= at && at < one.ended)
      if (isSafe) state.synced()
    }
    state.died()
    this.#isRecordAhead ||= lossy.includes(true)
    return moves.all
  }

  /** The calls, with the lines in which they started and ended. */
  #calls(lossy: readonly boolean[]) {
    const begun = [...this.lines.entries()].filter(([, line]) => line.begun !== undefined)
    return begun.map(([at, line], index) => {
      const found = this.lines.findIndex(({ ended }) => ended === index)
      const ended = found < 0 ? this.lines.length : found
      const isLossy = lossy.slice(at, ended + 1).includes(true)
      return { operation: line.begun as Operation, begun: at, ended, end: this.lines[found], isLossy }
    })
  }

  /**
   * Follows the changes of the stack. @returns For each line, whether writes acknowledged then may have been
   * lost.
   */
  #follow(): readonly boolean[] {
    const { ledger } = this.#options
    this.#edit = undefined
    return this.lines.map(({ changing, changed, refused }) => {
      const edit = this.#edit
      if (changing !== undefined) this.#edit = changing
      if (changed !== undefined && edit !== undefined) {
        ledger.hold('an invalid change fails', !edit.isBroken, () => edit.description)
        this.#root = changed
        this.#edit = undefined
      }
      if (refused !== undefined && edit !== undefined) {
        const isExpected = edit.isBroken || (edit.isLosing && refused === 'CONFLICT')
        ledger.hold('no change fails without a cause', isExpected, () => `${refused}: ${edit.description}`)
        this.#edit = undefined
      }
      return isWritingBack(this.#root) || (this.#edit !== undefined && isWritingBack(this.#edit.root))
    })
  }

  /**
   * Opens the stack again. An interrupted change is either applied or not, and no key is missing in either
   * case. If keys were being moved, the change must be applied again first, so that they reach their shards.
   */
  async #look(moves: readonly Move[]): Promise<void> {
    const edit = this.#edit
    if (edit === undefined) return this.#open(stack => this.#compare(stack, moves))
    const { ledger } = this.#options
    const isMoving = edit.isMoving || nodesOf(edit.root).some(node => node['by'] === 'rendezvous')
    ledger.hold('a change is interrupted', true, () => '')
    await this.#open(async stack => {
      if (isMoving && !edit.isBroken) await this.#changeAgain(stack, edit)
      await this.#compare(stack, moves)
    })
    if (edit.isBroken || (isMoving && this.#edit === undefined)) return
    if (!isMoving) this.#root = edit.root
    await this.#open(stack => this.#compare(stack, moves))
  }

  async #changeAgain(stack: OpenStack, edit: Edit): Promise<void> {
    const { ledger } = this.#options
    try {
      await soon(stack.apply(edit.root, edit.options), 'change')
    } catch (error) {
      const isExpected = edit.isLosing && hasCode(error, 'CONFLICT')
      ledger.hold(
        'no change fails without a cause',
        isExpected,
        () => `${String(error)}: ${edit.description}`,
      )
      this.#edit = undefined
      return
    }
    const end = async () => {
      while (!stack.isSettled) await new Promise(resolve => setImmediate(resolve))
    }
    await soon(end(), 'moving keys')
    ledger.hold('moving keys arrive', true, () => '')
    this.#root = stack.root
  }

  async #open(look: (stack: OpenStack) => Promise<void>): Promise<void> {
    const stack = await soon(OpenStack.open(this.#root, this.#folder), 'open')
    try {
      await soon(look(stack), 'inspect')
    } finally {
      await soon(stack.close(), 'close')
    }
  }

  async #compare(stack: OpenStack, moves: readonly Move[]): Promise<void> {
    const { root, ledger } = this.#options
    const state = this.#state
    // A folder that was created for a key may exist without it, and is a branch with nothing below.
    const excuses = { ...excusesFor(root), showsEmptyBranches: true }
    await this.#expectLasting(stack)
    await inspect(stack.store, state, new Judge(state, excuses), this.#random.seed())
    for (const { serial, keys } of moves) {
      const isKept = keys.some(key => state.of(key).has(serial))
      ledger.hold(
        'an interrupted rename loses nothing',
        isKept,
        () => `${serial} is under none of ${keys.join(' ')}`,
      )
    }
    // A recorded write may be lost again below the journal, if the store there writes back.
    if (this.#isRecordAhead) return
    for (const { store, isInSight, isLasting, keepsAll } of stack.journals) {
      if (isInSight && isLasting)
        judgeRecord(await collect(store.entries()), keepsAll ? new Map() : undefined, state)
    }
  }

  /** Known values of a key were written before the last sync. */
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
        serial === 0 ? 'synced deletes stay deleted' : 'synced values are present',
        found === serial && (serial !== 0 || failed === 'NOT_FOUND'),
        () =>
          `${key} held ${serial}, and now there is ${found ?? 'none of the values'} (${failed ?? 'a value'})`,
      )
    }
  }
}
