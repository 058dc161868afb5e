import { DatastoreError, type ErrorCode } from '../../src/core/errors.ts'
import type { StackNodeDocument } from '../../src/core/stack/document.ts'
import type { ApplyOptions } from '../../src/core/stack/stack.ts'
import { type Excuses, excusesFor } from './model/excuses.ts'
import { Judge } from './model/judge.ts'
import type { Operation } from './model/operation.ts'
import { type Outcome, perform } from './model/perform.ts'
import type { PossibleState } from './model/possible-state.ts'
import { Random } from './random.ts'
import { abortAfter, soon } from './soon.ts'
import { hasKind } from './stacks/nodes.ts'
import { OpenStack } from './stacks/open-stack.ts'
import type { Edit } from './stacks/random-edit.ts'

/** A call in flight. */
export interface Call {
  readonly operation: Operation
  readonly description: string
  readonly isFaulty: boolean
  readonly signal: AbortSignal | undefined
  readonly outcome: Promise<Outcome>
}

/** A signal that may abort at any moment, and its description in the log. */
export interface Chance {
  readonly signal: AbortSignal | undefined
  readonly description: string
}

/**
 * Opens a stack, makes calls on it, with faults and with signals that abort, and checks the outcome of each.
 */
export class Caller {
  calls = 0
  readonly log: string[] = []
  /** The document to open, and while the stack changes that of the change as well. */
  #roots: readonly [StackNodeDocument, ...StackNodeDocument[]]
  readonly #excuses: Omit<Excuses, 'isAborted' | 'isFaulty' | 'isRepeated'>
  readonly #folder: string
  readonly #random: Random
  readonly #state: PossibleState
  #stack: OpenStack | undefined
  #isFaulty = false
  #wasOffline = false

  constructor(root: StackNodeDocument, folder: string, random: Random, state: PossibleState) {
    this.#roots = [root]
    // Changes of the stack do not add to them.
    this.#excuses = excusesFor(root)
    this.#folder = folder
    this.#random = random
    this.#state = state
  }

  /** The stack while it is open. */
  get stack(): OpenStack {
    if (this.#stack === undefined) throw new Error('There is no stack open')
    return this.#stack
  }

  get isFaulty(): boolean {
    return this.#isFaulty
  }

  /** Whether a store has been unreachable since the last `forgetOffline`. */
  get wasOffline(): boolean {
    return this.#wasOffline
  }

  forgetOffline(): void {
    this.#wasOffline = false
  }

  async open(): Promise<void> {
    this.#stack = await soon(OpenStack.open(this.#roots[0], this.#folder), 'open')
    if (this.#random.chance(0.3)) this.#stack.listen()
    this.setFaults(false)
  }

  setFaults(isFaulty: boolean): void {
    const random = this.#random
    this.#isFaulty = isFaulty
    const faults = {
      errorRate: random.pick([0, 0.1, 0.5]),
      lostRate: random.pick([0, 0.1, 0.3]),
      isOffline: random.chance(0.05),
    }
    this.#wasOffline ||= isFaulty && faults.isOffline
    this.#stack?.setFaults(isFaulty ? faults : {}, new Random(random.seed()))
    this.log.push(isFaulty ? `faults ${JSON.stringify(faults)}` : 'no faults')
  }

  /** Runs some work without faults. */
  async calmly<T>(work: () => Promise<T>): Promise<T> {
    const wasFaulty = this.#isFaulty
    if (wasFaulty) this.setFaults(false)
    const result = await work()
    if (wasFaulty) this.setFaults(true)
    return result
  }

  /** Starts a call, which may be aborted at any moment. */
  call(operation: Operation, isCalm = false): Call {
    const { store } = this.stack
    this.calls++
    const { signal, description: aborted } = this.chance(isCalm)
    const description = `${aborted}${JSON.stringify(operation)}`
    const outcome = perform(store, operation, { signal })
    return { operation, description, isFaulty: this.#isFaulty, signal, outcome }
  }

  /** Sometimes a signal, for a call that is about to start. */
  chance(isCalm: boolean): Chance {
    if (isCalm || !this.#random.chance(0.15)) return { signal: undefined, description: '' }
    const abort = new AbortController()
    const turns = this.#random.below(6)
    if (turns === 0) abort.abort()
    else void abortAfter(abort, turns)
    return { signal: abort.signal, description: `aborted after ${turns}: ` }
  }

  async settle({ operation, description, isFaulty, signal, outcome }: Call): Promise<Outcome> {
    const came = await soon(outcome, description)
    this.log.push(`${description} → ${came.failed ?? 'done'}`)
    new Judge(this.#state, this.excuses(signal, isFaulty)).judge(operation, came)
    return came
  }

  /** Expects a value under at least one of these keys, after a failed call that moved it. */
  async expectKept(invariant: string, serial: number, keys: readonly string[]): Promise<void> {
    await this.calmly(async () => {
      for (const key of keys) await this.settle(this.call({ verb: 'get', key }, true))
    })
    const isKept = keys.some(key => this.#state.of(key).has(serial))
    this.#state.ledger.hold(invariant, isKept, () => `${serial} is under none of ${keys.join(' ')}`)
  }

  excuses(signal: AbortSignal | undefined, isFaulty: boolean): Excuses {
    const isRepeated = isFaulty && this.#roots.some(root => hasKind(root, 'retry'))
    return { ...this.#excuses, isAborted: signal?.aborted === true, isFaulty, isRepeated }
  }

  /**
   * Starts to change the stack.
   * @returns The code of the failure, if it failed: then the stack must be unchanged.
   */
  async change(edit: Edit, options: ApplyOptions): Promise<ErrorCode | undefined> {
    const { stack } = this
    const [root] = this.#roots
    const before = textOf(stack)
    this.#roots = [root, edit.root]
    this.log.push(`change: ${edit.description}`)
    try {
      await stack.apply(edit.root, options)
      return undefined
    } catch (error) {
      if (!(error instanceof DatastoreError)) throw error
      this.log.push(`change → ${error.code}: ${error.message}`)
      const isSame = textOf(stack) === before
      this.#state.ledger.hold('a change that fails leaves the stack as it was', isSame, () => textOf(stack))
      return error.code
    }
  }

  /** Called when a change has ended, and all calls made meanwhile. */
  changed(): void {
    this.#roots = [this.stack.root]
  }

  /** Calls made before a close take effect. Later ones are refused. */
  async close(calls: readonly Call[]): Promise<void> {
    const { stack } = this
    this.log.push('close')
    const closed = stack.close()
    const late = perform(stack.store, { verb: 'get', key: '/a' }, {})
    for (const call of calls) await this.settle(call)
    await soon(closed, 'close')
    const { failed } = await late
    this.#state.ledger.hold(
      'a closed store refuses',
      failed === 'CLOSED',
      () => `a get gave ${failed ?? 'a value'}`,
    )
    this.#stack = undefined
  }

  /** Closes a stack that a violation left open. */
  async abandon(): Promise<void> {
    if (this.#stack !== undefined) await soon(this.#stack.close(), 'close').catch(() => undefined)
  }
}

function textOf({ root, nodes }: OpenStack): string {
  return JSON.stringify([root, nodes])
}
