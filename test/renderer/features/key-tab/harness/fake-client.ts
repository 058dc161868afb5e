import { type Compression, decodeValue, encodeValue } from '../../../../../src/core/values/pipeline.ts'
import { StageError } from '../../../../../src/core/values/stage-error.ts'
import type { Client } from '../../../../../src/renderer/api/client.ts'
import type { Input, Output, ProcedureName } from '../../../../../src/shared/contract.ts'
import type { EventName, EventValue } from '../../../../../src/shared/events.ts'
import type { JobInfo } from '../../../../../src/shared/procedures/jobs.ts'
import { type FakeStore, failure } from './fake-store.ts'

/** A page cannot compress. */
const NONE: Compression = {
  unpack() {
    throw new StageError('not here')
  },
  pack() {
    throw new StageError('not here')
  },
}

type Handlers = { [Name in ProcedureName]?: (input: Input<Name>) => Output<Name> | Promise<Output<Name>> }

/**
 * The host's side of a few calls, over a store in the page. Records every call. Delays and failures can be
 * set.
 */
export class FakeClient implements Client {
  readonly store: FakeStore
  readonly session: string
  readonly calls: string[] = []
  /** The largest number of bytes in one answer. */
  largestAnswer = 0
  /** Milliseconds that each call takes. */
  delay = 0
  /** Calls of these names settle only when aborted. */
  readonly stuck = new Set<string>()
  /** Calls of these names fail with a lost connection. */
  readonly broken = new Set<string>()
  /** Called between an answer and its delivery, to make changes that are newer than the answer. */
  onReply: (name: ProcedureName) => Promise<void> | void = () => undefined
  readonly #listeners = new Map<string, Set<(value: never) => void>>()
  readonly #streams = new Map<string, { key: string; at: number }>()
  readonly #uploads = new Map<
    string,
    { key: string; pieces: Uint8Array[]; rules: { ifMatch?: string | undefined } }
  >()
  #lastId = 0
  #version = 1

  constructor(store: FakeStore, session: string) {
    this.store = store
    this.session = session
  }

  async call<Name extends ProcedureName>(
    name: Name,
    input: Input<Name>,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Output<Name>> {
    this.calls.push(name)
    await new Promise<void>(resolve => {
      signal?.addEventListener('abort', () => resolve(), { once: true })
      if (!this.stuck.has(name)) setTimeout(resolve, this.delay)
    })
    if (signal?.aborted === true) throw failure({ code: 'ABORTED', message: `${name} was aborted` })
    if (this.broken.has(name))
      throw failure({ code: 'CONNECTION', message: `Cannot call ${name}: it is broken` })
    const handler = this.#handlers[name]
    if (handler === undefined) throw failure({ code: 'UNSUPPORTED', message: `There is no ${name} here` })
    const answer = await handler(input)
    await this.onReply(name)
    if ('bytes' in answer && answer.bytes instanceof Uint8Array) {
      this.largestAnswer = Math.max(this.largestAnswer, answer.bytes.length)
    }
    return answer
  }

  on<Name extends EventName>(name: Name, listener: (value: EventValue<Name>) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  onLost(): () => void {
    return () => undefined
  }

  emit<Name extends EventName>(name: Name, value: EventValue<Name>): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(value as never)
  }

  /** A put as by another window through the same host. */
  putByOther(key: string, bytes: Uint8Array): void {
    this.store.put(key, bytes)
    this.#changed(key, 'put')
  }

  deleteByOther(key: string): void {
    this.store.delete(key)
    this.#changed(key, 'delete')
  }

  #changed(key: string, type: 'put' | 'delete'): void {
    this.emit('valueChanged', { session: this.session, key, type })
    this.#version += 1
    const prefix = key.slice(0, Math.max(1, key.lastIndexOf('/')))
    const { count } = this.store.rows(prefix, 0, 0)
    this.emit('levelChanged', {
      session: this.session,
      prefix,
      count,
      accuracy: 'exact',
      version: this.#version,
    })
  }

  readonly #handlers: Handlers = {
    'store.get': ({ key, start = 0, end = Number.MAX_SAFE_INTEGER }) => {
      const value = this.store.value(key)
      return { bytes: value.read(start, Math.min(end, value.size)), stat: this.store.stat(key) }
    },
    'store.stat': ({ key }) => this.store.stat(key),
    'store.put': ({ key, bytes, ifMatch, replace }) => {
      this.store.checkWrite(key, { ifMatch, replace })
      const stat = this.store.put(key, bytes)
      this.#changed(key, 'put')
      return { stat }
    },
    'streams.open': ({ key }) => {
      const stream = `stream-${++this.#lastId}`
      this.#streams.set(stream, { key, at: 0 })
      return { stream, stat: this.store.stat(key) }
    },
    'streams.next': ({ stream, maxBytes = 65_536 }) => {
      const state = this.#streams.get(stream)
      if (state === undefined) throw failure({ code: 'CLOSED', message: `There is no stream ${stream}` })
      const value = this.store.value(state.key)
      const bytes = value.read(state.at, Math.min(value.size, state.at + maxBytes))
      state.at += bytes.length
      return { bytes, isLast: state.at >= value.size }
    },
    'streams.close': ({ stream }) => {
      this.#streams.delete(stream)
      return { done: true }
    },
    'uploads.open': ({ key, ifMatch }) => {
      const upload = `upload-${++this.#lastId}`
      this.#uploads.set(upload, { key, pieces: [], rules: { ifMatch } })
      return { upload }
    },
    'uploads.write': ({ upload, bytes }) => {
      this.#uploads.get(upload)?.pieces.push(bytes.slice())
      return { done: true }
    },
    'uploads.commit': async ({ upload }) => {
      const state = this.#uploads.get(upload)
      if (state === undefined) throw failure({ code: 'CLOSED', message: `There is no upload ${upload}` })
      this.store.checkWrite(state.key, state.rules)
      const whole = await new Blob(state.pieces.map(piece => piece.slice())).arrayBuffer()
      const stat = this.store.put(state.key, new Uint8Array(whole))
      this.#changed(state.key, 'put')
      return { stat }
    },
    'values.decode': ({ bytes, name, choice }) => {
      const { pipeline, sizes, ...decoded } = decodeValue(bytes, { name, choice, compression: NONE })
      return { ...decoded, pipeline: [...pipeline], sizes: [...sizes] }
    },
    'values.encode': ({ shown, pipeline, stored }) => {
      try {
        return { bytes: encodeValue(shown, { pipeline, stored, compression: NONE }) }
      } catch (error) {
        if (!(error instanceof StageError)) throw error
        throw failure({ code: 'VALUE_INVALID', message: `Cannot encode the value: ${error.message}` })
      }
    },
    'uploads.abort': ({ upload }) => {
      this.#uploads.delete(upload)
      return { done: true }
    },
    'levels.rows': ({ prefix, offset, limit }) => {
      const { rows, count } = this.store.rows(prefix, offset, limit)
      return { rows, count, accuracy: 'exact', version: this.#version }
    },
    'levels.refresh': () => {
      this.#version += 1
      return { done: true }
    },
    'jobs.start': ({ session, request }) => {
      const job: JobInfo = {
        id: `job-${++this.#lastId}`,
        session,
        request,
        title: 'Count',
        state: 'running',
        done: 0,
        bytes: 0,
        startedAt: Date.now(),
      }
      const ended: JobInfo = { ...job, state: 'done', done: 1234, bytes: 98_765 }
      // A job of few keys ends before the reply to its start.
      if (request.type === 'count' && request.prefix === '/a') {
        this.emit('jobChanged', ended)
        return job
      }
      setTimeout(() => this.emit('jobChanged', { ...job, done: 1200, bytes: 90_000 }), 20)
      setTimeout(() => this.emit('jobChanged', ended), 60)
      return job
    },
  }
}
