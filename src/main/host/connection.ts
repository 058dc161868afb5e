import { createBirpc } from 'birpc'
import { z } from 'zod'
import type { Channel } from '../../shared/channel.ts'
import type { HostFunctions } from '../../shared/contract.ts'
import type { PageFunctions } from '../../shared/events.ts'
import type { Reply } from '../../shared/values.ts'
import type { Log } from './calls/describe-failure.ts'
import { dispatch, type Handlers } from './calls/dispatch.ts'
import type { Page, PageFacts } from './host-parts.ts'
import { Queries } from './query/queries.ts'
import { Searches } from './search/searches.ts'
import { FileDrops } from './transfers/file-drops.ts'
import { Streams } from './transfers/streams.ts'
import { Uploads } from './transfers/uploads.ts'

/** One page that is connected to the host. Its calls, streams and uploads end with it; sessions and jobs continue. */
export interface Connection {
  close(): void
}

export interface OpenConnection extends Connection {
  readonly page: Page
  /** Resolves once everything that the page had open is closed. */
  readonly ended: Promise<void>
}

interface ServiceOptions {
  readonly handlers: Handlers
  /** Milliseconds that a stream or an upload may be idle. Default: each has its own. */
  readonly idleLimit: number | undefined
  readonly log: Log
  readonly about: PageFacts
}

/** Serves the contract over a channel until it closes. */
export function serveChannel(
  channel: Channel,
  { handlers, idleLimit, log, about }: ServiceOptions,
): OpenConnection {
  const calls = new RunningCalls()
  const functions: HostFunctions = {
    call: (id, name, input): Promise<Reply<unknown>> =>
      calls.run(id, signal => dispatch(handlers, name, input, { signal, page }, log)),
    cancel: id => calls.cancel(id),
  }
  const rpc = createBirpc<PageFunctions, HostFunctions>(functions, {
    post: message => postOrExplain(channel, message, log),
    on: listener =>
      channel.onMessage(message => {
        if (isRequest(message)) listener(message)
      }),
    bind: 'functions',
    eventNames: ['event'],
    timeout: -1,
    onGeneralError(error) {
      log('A message could not be handled', error)
      return true
    },
  })
  const page: Page = {
    about,
    streams: new Streams(idleLimit),
    uploads: new Uploads(idleLimit),
    drops: new FileDrops(idleLimit),
    searches: new Searches(idleLimit),
    queries: new Queries(idleLimit),
    reads: new FollowedReads(),
    emit: (name, value) => {
      // Once the page has disconnected, it receives no events.
      if (!rpc.$closed) rpc.event(name, value).catch((error: unknown) => log('An event was not sent', error))
    },
  }
  const { promise: ended, resolve } = withResolvers()
  const end = (): void => {
    if (rpc.$closed) return
    rpc.$close()
    calls.abortAll()
    const { streams, uploads, drops, searches, queries } = page
    void Promise.all([streams, uploads, drops, searches, queries].map(open => open.endAll())).then(resolve)
  }
  channel.onClose(end)
  return {
    page,
    ended,
    close() {
      channel.close()
      end()
    },
  }
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>(done => {
    resolve = done
  })
  return { promise, resolve }
}

/**
 * Sends a message. If the channel cannot carry a reply, sends an error instead: the page would wait for the reply
 * forever.
 */
function postOrExplain(channel: Channel, message: unknown, log: Log): void {
  try {
    channel.post(message)
  } catch (error) {
    log('A message could not be sent', error)
    const reply = unsendableReply(message, error)
    if (reply !== undefined) channel.post(reply)
  }
}

/** The unanswered calls of one page, by the ids that the page chose. */
class RunningCalls {
  readonly #running = new Map<number, AbortController>()

  /** Runs a call under its id. Refuses an id that is not a number or is in use. */
  async run(id: unknown, work: (signal: AbortSignal) => Promise<Reply<unknown>>): Promise<Reply<unknown>> {
    if (typeof id !== 'number' || this.#running.has(id)) {
      const message = 'The id of a call must be a number that no running call has'
      return { ok: false, error: { code: 'BAD_INPUT', message } }
    }
    const controller = new AbortController()
    this.#running.set(id, controller)
    try {
      return await work(controller.signal)
    } finally {
      this.#running.delete(id)
    }
  }

  cancel(id: number): void {
    this.#running.get(id)?.abort()
  }

  abortAll(): void {
    for (const controller of this.#running.values()) controller.abort()
  }
}

/** A request in birpc's format. Other messages are ignored, because the host sends no requests that are answered. */
const request = z.object({
  t: z.literal('q'),
  i: z.string().max(64).optional(),
  m: z.enum(['call', 'cancel']),
  a: z.array(z.unknown()).max(3),
  o: z.literal(true).optional(),
})

function isRequest(message: unknown): boolean {
  return request.safeParse(message).success
}

const reply = z.object({ t: z.literal('s'), i: z.string() })

/** What to send instead of a reply that cannot be sent; `undefined` if the message is not a reply. */
function unsendableReply(message: unknown, cause: unknown): unknown {
  const found = reply.safeParse(message)
  if (!found.success) return undefined
  const state = cause instanceof Error ? cause.message : 'it cannot be converted to a message'
  const error = { code: 'UNSUPPORTED', message: `The answer could not be sent: ${state}` }
  return { t: 's', i: found.data.i, r: { ok: false, error } }
}

/** The maximum number of sessions whose reads one page follows. */
const MAX_FOLLOWED = 64

/** The sessions whose reads are reported to a page. */
export class FollowedReads {
  readonly #sessions = new Set<string>()

  has(session: string): boolean {
    return this.#sessions.has(session)
  }

  set(session: string, isFollowed: boolean): void {
    this.#sessions.delete(session)
    if (!isFollowed) return
    this.#sessions.add(session)
    const [oldest] = this.#sessions
    if (this.#sessions.size > MAX_FOLLOWED && oldest !== undefined) this.#sessions.delete(oldest)
  }
}
