import { CallError, type Client } from '../../../../../src/renderer/api/client.ts'
import type { Input, Output, ProcedureName } from '../../../../../src/shared/contract.ts'
import type { EventName, EventValue } from '../../../../../src/shared/events.ts'
import type { FakeLevels } from './fake-levels.ts'

type Answers = { [Name in ProcedureName]?: (input: Input<Name>) => Output<Name> }

export interface FakeClientOptions {
  readonly levels: FakeLevels
  readonly answers?: Answers
  /** When an answer arrives; by default in a later microtask. */
  readonly delay?: () => Promise<void>
}

/** Answers for a host, from the given levels. `calls` records the requests. */
export class FakeClient implements Client {
  readonly calls: { readonly name: ProcedureName; readonly input: unknown }[] = []
  /**
   * Set to make calls fail: returns the failure of a call, if any. A text is a failure with the code `IO`.
   */
  refuse: (name: ProcedureName, input: Record<string, unknown>) => string | CallError | undefined = () =>
    undefined
  readonly #levels: FakeLevels
  readonly #answers: Answers
  readonly #delay: () => Promise<void>
  #pending = 0
  readonly #listeners = new Map<EventName, Set<(value: never) => void>>()

  constructor({ levels, answers = {}, delay = () => Promise.resolve() }: FakeClientOptions) {
    this.#levels = levels
    this.#answers = answers
    this.#delay = delay
  }

  async call<Name extends ProcedureName>(
    name: Name,
    input: Input<Name>,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Output<Name>> {
    this.calls.push({ name, input })
    const answer = this.#answer(name, input)
    this.#pending++
    await this.#delay()
    this.#pending--
    if (signal?.aborted === true) throw new CallError({ code: 'ABORTED', message: `${name} was cancelled` })
    if (answer instanceof Error) throw answer
    return answer
  }

  on<Name extends EventName>(name: Name, listener: (value: EventValue<Name>) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  /** Calls that are not answered yet. */
  get pending(): number {
    return this.#pending
  }

  onLost(): () => void {
    return () => undefined
  }

  emit<Name extends EventName>(name: Name, value: EventValue<Name>): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(value as never)
  }

  /** Reports the current state of a level. */
  emitLevel(session: string, prefix: string): void {
    const { count, accuracy = 'exact', version = 1 } = this.#levels(prefix)
    this.emit('levelChanged', { session, prefix, count, accuracy, version })
  }

  #answer<Name extends ProcedureName>(name: Name, input: Input<Name>): Output<Name> | Error {
    const refused = this.refuse(name, input)
    if (typeof refused === 'string') return new CallError({ code: 'IO', message: refused })
    if (refused !== undefined) return refused
    const answers = this.#answers[name]
    if (answers !== undefined) return answers(input)
    switch (name) {
      case 'levels.rows':
        return this.#rows(input as Input<'levels.rows'>) as Output<Name>
      case 'levels.find':
        return this.#find(input as Input<'levels.find'>) as Output<Name>
      case 'levels.refresh':
        return { done: true } as Output<Name>
      default:
        return new CallError({ code: 'UNSUPPORTED', message: `Cannot call ${name}: nobody answers it here` })
    }
  }

  #rows({ prefix, offset, limit }: Input<'levels.rows'>): Output<'levels.rows'> {
    const level = this.#levels(prefix)
    const rows = []
    for (let index = offset; index < Math.min(level.count, offset + limit); index++)
      rows.push(level.row(index))
    return { rows, count: level.count, accuracy: level.accuracy ?? 'exact', version: level.version ?? 1 }
  }

  #find({ prefix, name }: Input<'levels.find'>): Output<'levels.find'> {
    const level = this.#levels(prefix)
    const index = level.find(name)
    const isPresent = index < level.count && level.row(index).name === name
    const { count, accuracy = 'exact', version = 1 } = level
    return { index, isPresent, count, accuracy, version }
  }
}

/**
 * Resolves in a later task, as the answer to a message does; unlike a timer, a browser never throttles it.
 */
export function nextMessage(): Promise<void> {
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
