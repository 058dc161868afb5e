import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectEncrypted } from 'node:tls'
import { type DatastoreError, messageOf } from '../../errors.ts'
import {
  type ConnectionReport,
  type ConnectionRights,
  type ConnectionStep,
  UNKNOWN_RIGHTS,
} from '../../stack/connection-report.ts'
import type { TlsSettings } from './tls.ts'
import type { ServerPlace } from './tunnel.ts'

/** Reads of which the median time is the latency. */
const READS = 5

/** A server as it is reached from here. */
interface Reached {
  /** Its name in messages. */
  readonly name: string
  readonly place: ServerPlace
  /** Milliseconds. */
  readonly timeout: number
}

/** A test of a connection, step by step, until a step fails. Each step describes its result. */
export class ConnectionTest {
  readonly #steps: ConnectionStep[] = []
  readonly #what: string
  readonly #failure: (action: string, error: unknown) => DatastoreError

  /**
   * @param what The store: `an etcd store`.
   * @param failure Converts an error of the engine to one of the library.
   */
  constructor(what: string, failure: (action: string, error: unknown) => DatastoreError) {
    this.#what = what
    this.#failure = failure
  }

  /**
   * Runs the steps of an engine.
   * @param run Resolves with what the user may do.
   * @param close Called at the end, also after a failure.
   */
  async report(
    run: () => Promise<ConnectionRights>,
    close: () => Promise<unknown>,
  ): Promise<ConnectionReport> {
    try {
      const rights = await run()
      return { ok: true, steps: this.#steps, rights }
    } catch {
      // The failed step says why.
      return { ok: false, steps: this.#steps, rights: UNKNOWN_RIGHTS }
    } finally {
      await close()
    }
  }

  /** @param work Resolves with its result and a description of it. */
  async step<T>(name: ConnectionStep['name'], work: () => Promise<readonly [T, string]>): Promise<T> {
    try {
      const [result, detail] = await work()
      this.#steps.push({ name, ok: true, detail })
      return result
    } catch (error) {
      const failed = this.#failure(`test ${this.#what}`, error)
      this.#steps.push({ name, ok: false, detail: messageOf(failed) })
      throw failed
    }
  }

  /** Runs a step that has only a description as its result. */
  check(name: ConnectionStep['name'], work: () => Promise<string> | string): Promise<void> {
    return this.step(name, async () => [undefined, await work()])
  }

  /** Connects to a server and disconnects. @returns Its name, and how long that took. */
  async reach({ name, place, timeout }: Reached): Promise<string> {
    const start = performance.now()
    await this.#visit(connect(place), 'connect', name, timeout)
    return `${name} in ${milliseconds(performance.now() - start)}`
  }

  /** Makes an encrypted connection to a server and closes it. @returns A description of the encryption. */
  async encrypt({ name, place, timeout }: Reached, tls: TlsSettings | undefined): Promise<string> {
    if (tls === undefined) return 'the connection is not encrypted'
    const socket = connectEncrypted({ ...place, ...tls })
    const protocol = await this.#visit(socket, 'secureConnect', name, timeout, () => socket.getProtocol())
    return `encrypted by ${protocol ?? 'an unknown protocol'}`
  }

  /** @param read A read that costs little. @returns The median of its times. */
  async latency(read: () => Promise<unknown>): Promise<string> {
    const times: number[] = []
    for (let count = 0; count < READS; count++) {
      const start = performance.now()
      await read()
      times.push(performance.now() - start)
    }
    times.sort((a, b) => a - b)
    return `${milliseconds(times[Math.floor(READS / 2)] ?? 0)} for a read`
  }

  async #visit<T>(
    socket: Socket,
    event: string,
    name: string,
    timeout: number,
    look: () => T | undefined = () => undefined,
  ): Promise<T | undefined> {
    try {
      await once(socket, event, { signal: AbortSignal.timeout(timeout) })
      return look()
    } catch (error) {
      throw this.#failure(`connect to ${name}`, error)
    } finally {
      socket.on('error', () => undefined)
      socket.destroy()
    }
  }
}

export function milliseconds(time: number): string {
  return `${time < 10 ? time.toFixed(2) : Math.round(time)} ms`
}
