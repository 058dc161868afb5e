import { lengthOf, valueOf } from '../values.ts'
import type { Excuses } from './excuses.ts'
import { judgeList, judgeQuery } from './judge-level.ts'
import type { Operation, Step } from './operation.ts'
import type { Outcome } from './perform.ts'
import type { PossibleState } from './possible-state.ts'
import { READS_POSSIBLE, Verdict } from './verdict.ts'

const ANSWERS_FIT = 'an answer is possible'

/**
 * Computes from the outcome of a call what the store may hold now. Throws a `Violation` if the outcome was
 * not possible.
 */
export class Judge {
  readonly #verdict: Verdict
  readonly #state: PossibleState
  readonly #excuses: Excuses

  constructor(state: PossibleState, excuses: Excuses) {
    this.#verdict = new Verdict(state, excuses)
    this.#state = state
    this.#excuses = excuses
  }

  judge(operation: Operation, outcome: Outcome): void {
    const { verb } = operation
    if (verb === 'put') this.#put(operation, outcome)
    else if (verb === 'putNew') this.#putNew(operation, outcome)
    else if (verb === 'get' || verb === 'stream') this.#read(operation, outcome)
    else if (verb === 'has') this.#has(operation.key, outcome)
    else if (verb === 'stat') this.#stat(operation.key, outcome)
    else if (verb === 'delete') this.#delete(operation, outcome)
    else if (verb === 'rename') this.#rename(operation, outcome)
    else if (verb === 'getMany') this.#getMany(operation.keys, outcome)
    else if (verb === 'deleteMany') {
      const steps = operation.keys.map(key => ({ key, serial: 0 }))
      this.#steps(steps, outcome)
    } else if (verb === 'putMany' || verb === 'batch') this.#steps(operation.steps, outcome)
    else if (verb === 'list') judgeList(this.#verdict, operation, outcome)
    else if (verb === 'query') judgeQuery(this.#verdict, operation.key, outcome)
    else this.#verdict.isRefused(outcome, [])
  }

  #put({ key, serial, mode, source }: Extract<Operation, { verb: 'put' }>, outcome: Outcome): void {
    const state = this.#state
    const breaks = source === 'breaks'
    if (outcome.failed === undefined) {
      state.ledger.hold('a broken source fails its put', !breaks, () => key)
      if (mode === 'create') state.isAbsent(ANSWERS_FIT, key, 'took a value that replaces none')
      if (mode === 'replace' || mode === 'match') state.isPresent(ANSWERS_FIT, key, 'had its value replaced')
      state.set(key, [serial])
      return
    }
    const refusal =
      mode === 'create' ? 'ALREADY_EXISTS' : mode === 'replace' ? 'NOT_FOUND' : mode === 'match' && 'CONFLICT'
    const isRefused = this.#verdict.isRefused(outcome, [
      refusal,
      breaks && 'broken',
      this.#verdict.blocked(key),
    ])
    if (!isRefused && !breaks) state.widen(key, [serial])
    // While the last tier fails, a tier above it answers for the etag that a put must match, with an etag of
    // its own.
    if (mode === 'match' && this.#excuses.isFaulty) return
    if (outcome.failed === refusal && this.#verdict.blocked(key) !== refusal) {
      if (mode === 'create') state.isPresent(ANSWERS_FIT, key, 'refused a value that replaces none')
      else state.isAbsent(ANSWERS_FIT, key, 'refused a value that replaces one')
    }
  }

  #putNew({ key, serial }: Extract<Operation, { verb: 'putNew' }>, outcome: Outcome): void {
    const { made } = outcome
    if (made !== undefined) {
      const isFresh = made.parent.toString() === key && this.#state.of(made.toString()).has(0)
      this.#state.ledger.hold('putNew makes a fresh child', isFresh, () => `${key} got ${made.toString()}`)
      this.#state.set(made.toString(), [serial])
    } else if (!this.#verdict.isRefused(outcome, [this.#verdict.blocked(`${key}/fresh`)]))
      this.#state.addStray(key, serial)
  }

  #read(operation: Extract<Operation, { verb: 'get' | 'stream' }>, outcome: Outcome): void {
    const { key } = operation
    if (outcome.failed === 'NOT_FOUND') {
      this.#state.isAbsent(READS_POSSIBLE, key, 'was not found')
      return
    }
    if (outcome.failed !== undefined) this.#verdict.isRefused(outcome, [])
    if (outcome.failed !== undefined && outcome.bytes === undefined) return
    const bytes = outcome.bytes ?? new Uint8Array()
    if (operation.verb === 'get') {
      this.#verdict.sees(key, bytes)
      return
    }
    const isPart = operation.isLeft || outcome.failed !== undefined
    const fits = (serial: number) => {
      if (serial === 0) return false
      const whole = valueOf(serial).subarray(operation.start, operation.end)
      return Buffer.compare(isPart ? whole.subarray(0, bytes.length) : whole, bytes) === 0
    }
    this.#state.narrow(READS_POSSIBLE, key, fits, `was streamed as ${bytes.length} bytes`)
  }

  #has(key: string, outcome: Outcome): void {
    if (outcome.isPresent === true) this.#state.isPresent(READS_POSSIBLE, key, 'was said to be there')
    else if (outcome.isPresent === false) this.#state.isAbsent(READS_POSSIBLE, key, 'was said to be absent')
    else this.#verdict.isRefused(outcome, [])
  }

  #stat(key: string, outcome: Outcome): void {
    if (outcome.failed === 'NOT_FOUND') {
      this.#state.isAbsent(READS_POSSIBLE, key, 'had no stat')
      return
    }
    if (outcome.stat === undefined) return void this.#verdict.isRefused(outcome, [])
    const { size } = outcome.stat
    this.#state.narrow(
      READS_POSSIBLE,
      key,
      serial => serial !== 0 && lengthOf(serial) === size,
      `had ${size} bytes`,
    )
  }

  #delete({ key, missingOk }: Extract<Operation, { verb: 'delete' }>, outcome: Outcome): void {
    if (outcome.failed === undefined) {
      if (!missingOk) this.#state.isPresent(ANSWERS_FIT, key, 'was deleted')
      this.#state.set(key, [0])
      return
    }
    if (!this.#verdict.isRefused(outcome, [!missingOk && 'NOT_FOUND'])) this.#state.widen(key, [0])
    else if (outcome.failed === 'NOT_FOUND') {
      if (this.#excuses.isRepeated) this.#state.widen(key, [0])
      this.#state.isAbsent(ANSWERS_FIT, key, 'was not there to delete')
    }
  }

  #rename({ key, to, replace }: Extract<Operation, { verb: 'rename' }>, outcome: Outcome): void {
    const state = this.#state
    const isSame = state.nameOf(key) === state.nameOf(to)
    const moved = [...state.of(key)].filter(serial => serial !== 0)
    if (outcome.failed === undefined) {
      state.isPresent(ANSWERS_FIT, key, 'was renamed')
      if (isSame) return
      if (!replace) state.isAbsent(ANSWERS_FIT, to, 'was the new name of a value that replaces none')
      state.set(to, moved)
      state.set(key, [0])
      return
    }
    const isRefused = this.#verdict.isRefused(outcome, [
      'NOT_FOUND',
      !replace && 'ALREADY_EXISTS',
      this.#verdict.blocked(to),
    ])
    if (isRefused && !this.#excuses.isRepeated) {
      if (outcome.failed === 'NOT_FOUND') state.isAbsent(ANSWERS_FIT, key, 'was not there to rename')
      if (outcome.failed === 'ALREADY_EXISTS') state.isPresent(ANSWERS_FIT, to, 'was in the way of a rename')
    } else if (!isSame) {
      state.widen(to, moved)
      state.widen(key, [0])
    }
  }

  #getMany(keys: readonly string[], outcome: Outcome): void {
    const done = outcome.done ?? []
    this.#inOrder(keys, outcome)
    for (const { key, value } of done) this.#verdict.sees(key.toString(), value ?? new Uint8Array())
    const next = keys[done.length]
    if (outcome.failed !== 'NOT_FOUND' || next === undefined) return void this.#verdict.isRefused(outcome, [])
    this.#state.isAbsent(READS_POSSIBLE, next, 'was not found among many')
  }

  /** Applies writes in order: those known to be done, and those that may be. */
  #steps(steps: readonly Step[], outcome: Outcome): void {
    const { failed, done = failed === undefined ? steps : [] } = outcome
    this.#inOrder(
      steps.map(step => step.key),
      outcome,
    )
    for (const { key } of steps) this.#state.noteTried(key)
    for (const { key, serial } of steps.slice(0, done.length)) this.#state.set(key, [serial])
    if (failed === undefined) return
    const rest = steps.slice(done.length)
    this.#verdict.isRefused(
      outcome,
      rest.map(({ key }) => this.#verdict.blocked(key)),
    )
    for (const { key, serial } of rest) this.#state.widen(key, [serial])
  }

  #inOrder(keys: readonly string[], { done, failed }: Outcome): void {
    if (done === undefined) return
    const isRight =
      done.every(({ key }, index) => key.toString() === keys[index]) &&
      (failed !== undefined || done.length === keys.length)
    this.#state.ledger.hold(
      'many keep order',
      isRight,
      () => `${keys.join(' ')} gave ${done.map(({ key }) => key).join(' ')}`,
    )
  }
}
