import type { Datastore } from '../../datastore.ts'
import { codeOf, messageOf } from '../../errors.ts'
import { tell } from '../../tell.ts'
import type { Verb } from '../intercepted.ts'
import { type Outcome, WatchedDatastore } from './watched.ts'

/** One line of a log: plain JSON. */
export interface LogRecord {
  readonly store: string
  readonly verb: Verb
  readonly key: string
  /** Milliseconds. */
  readonly duration: number
  readonly bytes: number
  /** The error's code, or its name where it has none; absent when the call did well. */
  readonly error?: string
  readonly message?: string
}

/** Where records go, and what the store is called in them. */
export interface LoggingOptions {
  /** Names the store in the records. Default `store`. */
  readonly name?: string | undefined
  /** What it throws is no failure of the call: it is an uncaught error. */
  readonly log: (record: LogRecord) => void
}

class LoggingDatastore<V> extends WatchedDatastore<V> {
  readonly #options: LoggingOptions

  constructor(child: Datastore<V>, options: LoggingOptions) {
    super(child)
    this.#options = options
  }

  protected override ended({ call, duration, bytes, error }: Outcome): void {
    const { name = 'store', log } = this.#options
    const failed = error === undefined ? {} : { error: codeOf(error), message: messageOf(error) }
    tell(log, { store: name, verb: call.verb, key: call.key.toString(), duration, bytes, ...failed })
  }
}

/** Writes a structured record of every call, as it ends. */
export function logging<V>(store: Datastore<V>, options: LoggingOptions): Datastore<V> {
  return new LoggingDatastore(store, options)
}
