import { createBirpc } from 'birpc'
import { Emitter } from '../../core/concurrency/emitter.ts'
import type { Channel } from '../../shared/channel.ts'
import type { HostFunctions, Input, Output, ProcedureName } from '../../shared/contract.ts'
import type { EventName, EventValue, PageFunctions } from '../../shared/events.ts'
import type { Failure, FailureCode } from '../../shared/values.ts'

/** A call that failed in the host, or that was lost with the connection (`CONNECTION`). */
export class CallError extends Error {
  override name = 'CallError'
  readonly code: FailureCode
  readonly key: string | undefined
  readonly isLocked: boolean
  readonly path: string | undefined
  /** What is wrong at `path`. The message names the place too. */
  readonly problem: string
  /** Names the failure in the host's log. */
  readonly id: string | undefined

  constructor(failure: Failure) {
    super(failure.message)
    this.code = failure.code
    this.key = failure.key
    this.isLocked = failure.isLocked === true
    this.path = failure.path
    this.problem = failure.problem ?? failure.message
    this.id = failure.id
  }
}

/** The page's side of the contract. Features reach the host only through it. */
export interface Client {
  /** Rejects with `CallError`; an aborted signal cancels the call in the host. */
  call<Name extends ProcedureName>(
    name: Name,
    input: Input<Name>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Output<Name>>
  /** @returns A function that ends the subscription. */
  on<Name extends EventName>(name: Name, listener: (value: EventValue<Name>) => void): () => void
  /** Called once when the connection to the host is lost. */
  onLost(listener: () => void): () => void
}

/** A client of the contract over a channel. */
export function createClient(channel: Channel): Client {
  const events = new HostEvents()
  const lost = new Emitter()
  const functions: PageFunctions = {
    event: (name, value) => events.emit(name, value),
  }
  const host = createBirpc<HostFunctions, PageFunctions>(functions, {
    post: message => channel.post(message),
    on: listener => channel.onMessage(listener),
    timeout: -1,
    eventNames: ['cancel'],
  })
  let isLost = false
  channel.onClose(() => {
    isLost = true
    host.$close(connectionLost())
    lost.emit()
  })
  let lastCall = 0
  return {
    async call<Name extends ProcedureName>(
      name: Name,
      input: Input<Name>,
      { signal }: { readonly signal?: AbortSignal | undefined } = {},
    ): Promise<Output<Name>> {
      if (signal?.aborted === true) throw aborted(name)
      if (isLost) throw connectionLost()
      const id = ++lastCall
      const cancel = () => {
        // A call that is lost with the connection needs no cancelling.
        if (!isLost) void host.cancel(id)
      }
      signal?.addEventListener('abort', cancel, { once: true })
      try {
        const reply = await host.call(id, name, input).catch((error: unknown) => {
          throw unsent(error)
        })
        if (reply.ok) return reply.value as Output<Name>
        throw new CallError(reply.error)
      } finally {
        signal?.removeEventListener('abort', cancel)
      }
    },
    on: (name, listener) => events.on(name, listener),
    onLost: lost.subscribe,
  }
}

/** The listeners of all events of a host. */
class HostEvents {
  readonly #emitters = new Map<EventName, Emitter<never>>()

  on<Name extends EventName>(name: Name, listener: (value: EventValue<Name>) => void): () => void {
    const emitter = this.#emitters.get(name) ?? new Emitter<never>()
    this.#emitters.set(name, emitter)
    return emitter.subscribe(listener)
  }

  emit(name: EventName, value: unknown): void {
    this.#emitters.get(name)?.emit(value as never)
  }

  /** The events that ever had a listener. */
  get names(): readonly EventName[] {
    return [...this.#emitters.keys()]
  }
}

export function isAbortedCall(error: unknown): boolean {
  return error instanceof CallError && error.code === 'ABORTED'
}

/** A call that did not reach the host: what cannot be sent is a failure of the call like any other. */
function unsent(error: unknown): unknown {
  if (!(error instanceof RangeError || error instanceof TypeError)) return error
  return new CallError({ code: 'UNSUPPORTED', message: error.message })
}

function aborted(name: string): CallError {
  return new CallError({
    code: 'ABORTED',
    message: `Cannot call ${name}: it was cancelled before it was sent`,
  })
}

function connectionLost(): CallError {
  return new CallError({ code: 'CONNECTION', message: 'The connection to the host was lost' })
}

/** A client that outlives its connection, so that the page keeps its drafts while the connection is renewed. */
export interface ReconnectingClient extends Client {
  /** Uses `inner` from now on. */
  attach(inner: Client): void
}

export function createReconnectingClient(): ReconnectingClient {
  const events = new HostEvents()
  const lost = new Emitter()
  let current: Client | undefined

  function forward(client: Client, name: EventName): void {
    client.on(name, value => {
      if (client === current) events.emit(name, value)
    })
  }

  return {
    async call(name, input, options) {
      if (current === undefined) throw disconnected()
      return current.call(name, input, options)
    },
    on<Name extends EventName>(name: Name, listener: (value: EventValue<Name>) => void) {
      if (current !== undefined && !events.names.includes(name)) forward(current, name)
      return events.on(name, listener)
    },
    onLost: lost.subscribe,
    attach(inner) {
      current = inner
      for (const name of events.names) forward(inner, name)
      inner.onLost(() => {
        if (current !== inner) return
        current = undefined
        lost.emit()
      })
    },
  }
}

function disconnected(): CallError {
  return new CallError({ code: 'CONNECTION', message: 'There is no connection to the host' })
}

/** Whether a `valueChanged` event may concern `key`. */
export function affectsKey(change: EventValue<'valueChanged'>, key: string): boolean {
  if (change.key === key) return true
  return change.isDeep === true && (change.key === '/' || key.startsWith(`${change.key}/`))
}
