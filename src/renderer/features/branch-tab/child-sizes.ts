import { Emitter } from '../../../core/concurrency/emitter.ts'
import { CallError, type Client } from '../../api/client.ts'
import { childKey } from './child-keys.ts'

/** Calls under way at once. */
const AT_ONCE = 6

/** Sizes that are kept. */
const MAX_SIZES = 5000

/** Learns the sizes of the rows one looks at, where listing did not tell them. */
export class ChildSizes {
  readonly #client: Client
  readonly #session: string
  readonly #prefix: string
  readonly #changed = new Emitter()
  /** `undefined` for a size that could not be learned: it is not asked for again. */
  readonly #sizes = new Map<string, number | undefined>()
  readonly #running = new Map<string, AbortController>()
  #queue: string[] = []
  #revision = 0
  #isTelling = false

  constructor(client: Client, session: string, prefix: string) {
    this.#client = client
    this.#session = session
    this.#prefix = prefix
  }

  readonly getRevision = (): number => this.#revision

  readonly subscribe = this.#changed.subscribe

  /** Follows the values. @returns A function that stops. */
  start(): () => void {
    const unsubscribe = this.#client.on('valueChanged', ({ session, key }) => {
      const name = key.slice(key.lastIndexOf('/') + 1)
      if (session === this.#session && key === childKey(this.#prefix, name)) this.#forget(name)
    })
    return () => {
      unsubscribe()
      this.#queue = []
      for (const controller of this.#running.values()) controller.abort()
    }
  }

  sizeOf(name: string): number | undefined {
    return this.#sizes.get(name)
  }

  /** Asks for these sizes; what was asked for before and is not under way is dropped. */
  want(names: readonly string[]): void {
    this.#queue = names.filter(name => !this.#sizes.has(name) && !this.#running.has(name))
    this.#pump()
  }

  #pump(): void {
    while (this.#running.size < AT_ONCE) {
      const name = this.#queue.shift()
      if (name === undefined) return
      const controller = new AbortController()
      this.#running.set(name, controller)
      void this.#learn(name, controller.signal)
    }
  }

  async #learn(name: string, signal: AbortSignal): Promise<void> {
    try {
      const at = { session: this.#session, key: childKey(this.#prefix, name) }
      const { size } = await this.#client.call('store.stat', at, { signal })
      if (!signal.aborted) this.#keep(name, size)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      // The place stays blank; opening the key says what is wrong with it.
      if (!signal.aborted) this.#keep(name, undefined)
    } finally {
      this.#running.delete(name)
      // Changed while it was learned: whoever looks at it asks again.
      if (signal.aborted) this.#tell()
      this.#pump()
    }
  }

  #keep(name: string, size: number | undefined): void {
    this.#sizes.set(name, size)
    const oldest = this.#sizes.keys().next()
    if (this.#sizes.size > MAX_SIZES && oldest.done === false) this.#sizes.delete(oldest.value)
    this.#tell()
  }

  #forget(name: string): void {
    this.#running.get(name)?.abort()
    if (this.#sizes.delete(name)) this.#tell()
  }

  /** Answers come in swarms: one of them tells for all. */
  #tell(): void {
    if (this.#isTelling) return
    this.#isTelling = true
    setTimeout(() => {
      this.#isTelling = false
      this.#revision += 1
      this.#changed.emit()
    }, 10)
  }
}
