import type { PathNames } from '../../../../ordered/path/path-names.ts'
import type { ForeignChange } from '../../../indexed/key-values.ts'
import type { Argument, ReconnectHook } from '../server/connection.ts'
import type { RedisServer } from '../server/server.ts'
import type { Tracker } from '../server/tracker.ts'

interface Parts {
  readonly server: RedisServer
  readonly names: PathNames
  /** `undefined` where the server does not report changes. */
  readonly tracker: Tracker | undefined
  readonly reconnectHook: ReconnectHook
  /** The state of the value with this name; empty where there is none. */
  readonly stateOf: (name: Argument) => Promise<string>
}

/** Scripted writes that are remembered. */
const MAX_OWN = 1000

/**
 * Changes that other clients make. The server also reports what scripts of this client write, so these writes are
 * remembered and filtered out.
 */
export class ForeignChanges {
  readonly #parts: Parts
  /** What scripts of this store wrote last: states by names. */
  readonly #own = new Map<string, string>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Whether the server reports them. */
  get areReported(): boolean {
    return this.#parts.tracker !== undefined
  }

  /** A script wrote a value with this state; an empty state means that it removed the value. */
  wroteByScript(name: Argument, state: string): void {
    if (!this.areReported) return
    const [first] = this.#own.keys()
    if (this.#own.size >= MAX_OWN && first !== undefined) this.#own.delete(first)
    this.#own.set(idOf(name), state)
  }

  /** A plain command, which the server does not report to its sender, wrote or removed a value. */
  wrotePlainly(name: Argument): void {
    if (this.#own.size > 0) this.#own.delete(idOf(name))
  }

  /** Calls `notify` for each change until the signal aborts. */
  follow(signal: AbortSignal, notify: (change: ForeignChange) => void): void {
    const { tracker, reconnectHook, names } = this.#parts
    if (tracker === undefined) {
      reconnectHook.follow(async () => {
        if (!signal.aborted) notify('resync')
      })
      return
    }
    tracker.follow(signal, name => {
      if (name === 'resync') notify('resync')
      else if (name.subarray(0, names.prefix.length).equals(names.prefix)) void this.#check(name, notify)
    })
  }

  async #check(name: Buffer, notify: (change: ForeignChange) => void): Promise<void> {
    const { server, names, stateOf } = this.#parts
    try {
      const own = this.#own.get(idOf(name))
      if (own !== undefined && own === (await stateOf(name))) return
      const isThere = (await server.send(name, ['EXISTS', name])) === 1
      notify({ key: names.keyOf(name), isThere })
    } catch {
      // The connection is lost, which is reported as `resync`.
    }
  }
}

/** A text that is unique for the bytes of a name. */
function idOf(name: Argument): string {
  return (typeof name === 'string' ? Buffer.from(name) : name).toString('latin1')
}
