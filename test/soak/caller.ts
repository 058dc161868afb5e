import type { BinaryDatastore } from '../../src/core/datastore.ts'
import type { StackNodeDocument } from '../../src/core/stack/document.ts'
import { excusesFor } from './model/excuses.ts'
import { Judge } from './model/judge.ts'
import type { Operation } from './model/operation.ts'
import { type Outcome, perform } from './model/perform.ts'
import type { PossibleState } from './model/possible-state.ts'
import type { Random } from './random.ts'
import { abortAfter, soon } from './soon.ts'
import { hasKind } from './stacks/nodes.ts'

/** A call that was begun. */
export interface Call {
  readonly operation: Operation
  readonly told: string
  readonly isFaulty: boolean
  readonly signal: AbortSignal | undefined
  readonly outcome: Promise<Outcome>
}

/** Makes the calls of a history, and judges how they end. */
export class Caller {
  /** Calls that were begun. */
  count = 0
  readonly #root: StackNodeDocument
  readonly #state: PossibleState
  readonly #random: Random
  readonly #log: string[]

  /** @param log Told of each call that ended. */
  constructor(root: StackNodeDocument, state: PossibleState, random: Random, log: string[]) {
    this.#root = root
    this.#state = state
    this.#random = random
    this.#log = log
  }

  /** Begins a call, which may be aborted at any moment. @param isCalm It is not. */
  begin(store: BinaryDatastore, operation: Operation, isFaulty: boolean, isCalm: boolean): Call {
    this.count++
    const random = this.#random
    const abort = !isCalm && random.chance(0.15) ? new AbortController() : undefined
    const turns = abort && random.below(6)
    if (turns === 0) abort?.abort()
    else if (abort !== undefined) void abortAfter(abort, turns ?? 0)
    const told = `${abort === undefined ? '' : `aborted after ${turns}: `}${JSON.stringify(operation)}`
    const signal = abort?.signal
    return { operation, told, isFaulty, signal, outcome: perform(store, operation, { signal }) }
  }

  async settle({ operation, told, isFaulty, signal, outcome }: Call): Promise<Outcome> {
    const came = await soon(outcome, told)
    this.#log.push(`${told} → ${came.failed ?? 'done'}`)
    this.judge(signal, isFaulty).judge(operation, came)
    return came
  }

  /** Judges calls that could be aborted by `signal`, and met with faults or none. */
  judge(signal: AbortSignal | undefined, isFaulty: boolean): Judge {
    const isRepeated = isFaulty && hasKind(this.#root, 'retry')
    const isAborted = signal?.aborted === true
    return new Judge(this.#state, { ...excusesFor(this.#root), isAborted, isFaulty, isRepeated })
  }
}
