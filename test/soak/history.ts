import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StackNodeDocument } from '../../src/core/stack/document.ts'
import { type Call, Caller } from './caller.ts'
import { Undoing } from './journal/undoing.ts'
import { inspect } from './model/inspect.ts'
import { Judge } from './model/judge.ts'
import { type Operation, Operations } from './model/operation.ts'
import { PossibleState } from './model/possible-state.ts'
import { Watcher } from './model/watcher.ts'
import { Random } from './random.ts'
import type { Reshardable } from './resharding.ts'
import { abortAfter, soon } from './soon.ts'
import { briefly, hasKind } from './stacks/nodes.ts'
import { RandomEdits } from './stacks/random-edit.ts'
import type { Ledger } from './violation.ts'

export interface HistoryOptions {
  readonly seed: number
  readonly root: StackNodeDocument
  /** The stack has the same contents when it is opened again. */
  readonly isDurable: boolean
  /** The number of steps: one call, several concurrent ones, or closing and opening again. */
  readonly rounds: number
  readonly ledger: Ledger
  /** The share of the rounds after which the stack is changed. Default 0.06. */
  readonly changes?: number
  /** Milliseconds within which a watcher must get a change. Default 10,000. */
  readonly patience?: number
}

/**
 * Runs a random history on a stack, with faults, aborts, closings and reopenings, beside a model of it.
 * @returns How many calls were made.
 * @throws Error that names the stack, the seed and the last calls, with the violation as its cause.
 */
export async function runHistory(options: HistoryOptions): Promise<number> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'strata-soak-')))
  const history = new History(options, folder)
  try {
    await history.run()
    return history.caller.calls
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
    throw new Error(
      `${reason}\nin ${briefly(options.root)}\nafter ${history.caller.log.slice(-25).join('\n      ')}`,
      { cause },
    )
  } finally {
    await history.caller.abandon()
    await rm(folder, { recursive: true, force: true })
  }
}

class History {
  readonly caller: Caller
  readonly #options: HistoryOptions
  readonly #random: Random
  readonly #operations: Operations
  readonly #state: PossibleState
  readonly #isMerging: boolean
  readonly #undoing: Undoing
  readonly #edits: RandomEdits
  #watcher: Watcher | undefined

  constructor(options: HistoryOptions, folder: string) {
    const { root, seed, ledger } = options
    this.#options = options
    this.#random = new Random(seed)
    this.#operations = new Operations(new Random(this.#random.seed()))
    this.#edits = new RandomEdits(new Random(this.#random.seed()))
    this.#isMerging = hasKind(root, 'lowercase')
    this.#state = new PossibleState(ledger, key => (this.#isMerging ? key.toLowerCase() : key))
    this.caller = new Caller(root, folder, this.#random, this.#state)
    this.#undoing = new Undoing(this.caller, this.#state, this.#random, () => this.#inspect())
  }

  async run(): Promise<void> {
    const random = this.#random
    await this.caller.open()
    this.#undoing.begin()
    this.#watch()
    const { changes = 0.06 } = this.#options
    for (let round = 0; round < this.#options.rounds; round++) {
      if (random.chance(0.15)) this.caller.setFaults(random.chance(0.5))
      const kind = random.next()
      if (kind < 0.69) {
        const isDone = random.chance(0.15) && (await this.#undoing.step())
        if (!isDone) await this.#one(this.#operations.any())
      } else if (kind < 0.88) await this.#atOnce()
      else if (kind < 0.91) await this.#reshard()
      else if (kind < 0.94) await this.#inspect()
      else if (kind < 0.95) await this.#undoing.rewind()
      else if (this.#options.isDurable && kind < 0.98) await this.#reopen()
      if (random.chance(changes)) await this.#change()
    }
    await this.#inspect()
    if (random.chance(0.3)) await this.#undoing.rewind()
    if (this.#options.isDurable) await this.#reopen()
    await this.#quiesce()
    await this.#undoing.replayAfter(() => this.#close([]), !this.#options.isDurable)
  }

  /** Sometimes watches a stack that supports it. Its contents must be known. */
  #watch(): void {
    const { store, canWatch } = this.caller.stack
    this.caller.forgetOffline()
    const isWatched = canWatch && this.#random.chance(0.5)
    this.#watcher = isWatched ? new Watcher(store, this.#state, this.#options.patience) : undefined
  }

  async #one(operation: Operation): Promise<void> {
    const before = operation.verb === 'rename' ? [...this.#state.of(operation.key)] : []
    const { failed } = await this.caller.settle(this.caller.call(operation))
    if (operation.verb !== 'rename' || failed === undefined || before.length !== 1 || before[0] === 0) return
    // The value is under the old name, the new one or both.
    const { key, to } = operation
    await this.caller.expectKept('a rename that fails loses nothing', before[0] ?? 0, [key, to])
  }

  /** Concurrent calls on single keys take effect in the order of the calls. */
  async #atOnce(): Promise<void> {
    for (const call of this.#burst()) await this.caller.settle(call)
  }

  #burst(): readonly Call[] {
    // Keys that a store treats as one are not ordered above it.
    const count = this.#isMerging ? 1 : 2 + this.#random.below(7)
    return Array.from({ length: count }, () => {
      const operation = this.#operations.single(false)
      // Calls on different keys are not ordered: a file of a later call may be in the way of an earlier one.
      if (operation.verb === 'put') this.#state.noteTried(operation.key)
      if (operation.verb === 'putNew') this.#state.noteTried(`${operation.key}/fresh`)
      return this.caller.call(operation)
    })
  }

  /** Keys move to another list of shards during calls, which do not notice it. */
  async #reshard(): Promise<void> {
    const random = this.#random
    const [first, ...others] = this.caller.stack.reshardable
    if (first === undefined) return this.#atOnce()
    const sharded = random.pick<Reshardable>([first, ...others])
    const abort = new AbortController()
    const { isFaulty, log } = this.caller
    log.push('reshard begins')
    const moved = sharded.begin(random, abort.signal)
    if (random.chance(0.3)) void abortAfter(abort, random.below(60))
    for (let turn = random.below(4); turn > 0; turn--) {
      if (random.chance(0.5)) await this.#one(this.#operations.any())
      else await this.#atOnce()
    }
    const failed = await soon(moved, 'reshard')
    log.push(`reshard → ${failed ?? 'done'}`)
    const isExcused =
      failed === undefined ||
      (failed === 'ABORTED' && abort.signal.aborted) ||
      ((failed === 'IO' || failed === 'CONNECTION') && isFaulty)
    this.#options.ledger.hold('no reshard fails without a cause', isExcused, () => failed ?? '')
  }

  /** The stack changes during calls, which do not notice it. */
  async #change(): Promise<void> {
    const random = this.#random
    const { caller } = this
    if (caller.stack.reshardable.length > 0) {
      // Its lists of shards are those of its document again.
      await this.#quiesce()
      caller.setFaults(random.chance(0.3))
    }
    const edit = this.#edits.next(caller.stack.root)
    const wasFaulty = caller.isFaulty
    const failures: unknown[] = []
    const before = this.#burst()
    const changed = caller.change(edit, {
      ...edit.options,
      onBackgroundError: error => {
        caller.log.push(`background: ${String(error)}`)
        failures.push(error)
      },
    })
    const after = random.chance(0.5) ? this.#burst() : []
    for (const call of [...before, ...after]) await caller.settle(call)
    for (let turn = random.below(3); turn > 0; turn--) {
      if (random.chance(0.5)) await this.#one(this.#operations.any())
      else await this.#atOnce()
    }
    const failed = await soon(changed, 'change')
    caller.changed()
    caller.log.push(`change → ${failed ?? 'done'}`)
    const { ledger } = this.#options
    if (edit.isBroken) ledger.hold('an invalid change fails', failed !== undefined, () => edit.description)
    else if (!edit.isLosing || failed !== 'CONFLICT') {
      const isExcused = failed === undefined || ((failed === 'IO' || failed === 'CONNECTION') && wasFaulty)
      ledger.hold('no change fails without a cause', isExcused, () => `${failed}: ${edit.description}`)
    }
    // A new subscription is a call that may fail.
    if (wasFaulty || !caller.stack.canWatch) this.#watcher = undefined
    await this.#moved()
    ledger.hold('a removed store is closed', failures.length === 0 || wasFaulty, () => String(failures[0]))
    this.#undoing.changed()
    await this.#inspect()
    this.#undoing.begin()
    if (this.#watcher === undefined) this.#watch()
  }

  /** Keys that a change assigned to other shards are being moved, and arrive once no shard fails. */
  async #moved(): Promise<void> {
    const { caller } = this
    const isMoving = () => !caller.stack.isSettled
    while (isMoving() && this.#random.chance(0.7)) await this.#atOnce()
    if (isMoving()) caller.setFaults(false)
    const end = async () => {
      while (isMoving()) await new Promise(resolve => setImmediate(resolve))
    }
    await soon(end(), 'moving keys')
  }

  async #reopen(): Promise<void> {
    await this.#quiesce()
    await this.#close(this.#burst())
    await this.caller.open()
    await this.#inspect()
    this.#undoing.begin()
    this.#watch()
  }

  /**
   * Prepares a stack for closing: moves keys to the shards of its document, and makes pending flushes
   * possible.
   */
  async #quiesce(): Promise<void> {
    const { reshardable, isWritingBack } = this.caller.stack
    if (reshardable.length > 0 || isWritingBack) this.caller.setFaults(false)
    for (const sharded of reshardable) {
      const failed = await soon(sharded.restore(), 'reshard')
      this.#options.ledger.hold('a reshard can be resumed', failed === undefined, () => failed ?? '')
    }
  }

  async #close(calls: readonly Call[]): Promise<void> {
    await this.caller.close(calls)
    this.#undoing.end()
    if (!this.caller.wasOffline) await this.#watcher?.end()
    this.#watcher = undefined
  }

  async #inspect(): Promise<void> {
    this.caller.setFaults(false)
    this.caller.log.push('inspect')
    const judge = new Judge(this.#state, this.caller.excuses(undefined, false))
    const { store, isWritingBack } = this.caller.stack
    // A flush gives a value other times than its acknowledgement did.
    if (isWritingBack) await soon(store.sync(), 'sync')
    await soon(inspect(store, this.#state, judge, this.#random.seed()), 'inspect')
    await this.#undoing.judgeRecords()
    // A store that could not be reached ends its streams.
    if (this.caller.wasOffline) this.#watch()
    else await this.#watcher?.look()
  }
}
