import { callListener } from '../concurrency/emitter.ts'
import { codeOf, messageOf } from '../errors.ts'
import type { Datastore } from '../open/datastore.ts'
import { refusalError } from '../open/refusals.ts'
import { ACTIONS, layered, type Verb } from './layer.ts'
import { ObservingLayer, type Outcome } from './observing.ts'

/** One line of a log: plain JSON. */
export interface LogRecord {
  readonly store: string
  readonly verb: Verb
  readonly key: string
  /** Milliseconds. */
  readonly duration: number
  readonly bytes: number
  /** The code of the error, or its name if it has no code; absent if the call succeeded. */
  readonly error?: string
  readonly message?: string
}

/** Where records go, and the name of the store in them. */
export interface LoggingOptions {
  /** Names the store in the records. Default `store`. */
  readonly name?: string | undefined
  /** An error that it throws fails no call: it is thrown as an uncaught error. */
  readonly log: (record: LogRecord) => void
}

class Logging extends ObservingLayer {
  readonly name = 'logging'
  readonly #options: LoggingOptions

  constructor(options: LoggingOptions) {
    super()
    this.#options = options
  }

  protected override ended(outcome: Outcome): void {
    const { step, duration, bytes } = outcome
    const { name = 'store', log } = this.#options
    const record = { store: name, verb: step.verb, key: step.key.toString(), duration, bytes }
    callListener(log, { ...record, ...failureOf(outcome) })
  }
}

function failureOf({ step, refused, error }: Outcome): Pick<LogRecord, 'error' | 'message'> {
  const failed = refused === undefined ? error : refusalError(refused, ACTIONS[step.verb], step.key)
  return failed === undefined ? {} : { error: codeOf(failed), message: messageOf(failed) }
}

/** Writes a structured record of every call when it ends. */
export function logging<V>(store: Datastore<V>, options: LoggingOptions): Datastore<V> {
  return layered(store, new Logging(options))
}
