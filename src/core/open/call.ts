import { onAbort } from '../concurrency/abortable.ts'
import type { SpanContext } from '../datastore.ts'
import { AbortError } from '../errors.ts'
import type { Key } from '../key.ts'

/** An answer, or a promise of it. A store that has the answer returns it directly. */
export type Maybe<T> = T | Promise<T>

/** Applies `next` to an answer; without waiting if the answer is not a promise. */
export function after<T, R>(answer: Maybe<T>, next: (answer: T) => Maybe<R>): Maybe<R> {
  return answer instanceof Promise ? answer.then(next) : next(answer)
}

/** The options of a call. */
export interface Options {
  readonly fresh: boolean
  readonly create: boolean
  readonly replace: boolean
  readonly ifMatch: string | undefined
  /** Milliseconds. */
  readonly ttl: number | undefined
  readonly start: number | undefined
  readonly end: number | undefined
  readonly after: string | undefined
  readonly limit: number | undefined
  readonly reverse: boolean
  readonly recursive: boolean
}

/** Options as a caller passes them: each may be absent or undefined. */
export type GivenOptions = { readonly [Name in keyof Options]?: Options[Name] | undefined } & {
  readonly signal?: AbortSignal | undefined
  readonly span?: SpanContext | undefined
}

const DEFAULTS: Options = {
  fresh: false,
  create: true,
  replace: true,
  ifMatch: undefined,
  ttl: undefined,
  start: undefined,
  end: undefined,
  after: undefined,
  limit: undefined,
  reverse: false,
  recursive: true,
}

/** One call on its way to the store: its options, its cancellation, and the span that it is part of. */
export class Call {
  /** A call without options that cannot be cancelled. */
  static readonly plain: Call = new Call(undefined, undefined, DEFAULTS)

  readonly cancel: Cancel | undefined
  readonly span: SpanContext | undefined
  readonly options: Options
  /** The open store in which this call is part of another call in flight. */
  readonly #whole: object | undefined

  private constructor(
    cancel: Cancel | undefined,
    span: SpanContext | undefined,
    options: Options,
    whole?: object,
  ) {
    this.cancel = cancel
    this.span = span
    this.options = options
    this.#whole = whole
  }

  /**
   * Creates a call from a caller's options. Absent options have their defaults.
   * @throws TypeError if a put may neither create nor replace.
   * @throws RangeError for a time to live that is not a number over 0.
   */
  static from(given: GivenOptions): Call {
    const { signal, span, ttl } = given
    if (given.create === false && given.replace === false) {
      throw new TypeError('Cannot put: create and replace are both false, so nothing could be written')
    }
    if (ttl !== undefined && !(ttl > 0))
      throw new RangeError(`Cannot put: ttl must be a number of milliseconds over 0, not ${ttl}`)
    const cancel = signal === undefined ? undefined : Cancel.of(signal)
    const options: Options = {
      fresh: given.fresh ?? false,
      create: given.create ?? true,
      replace: given.replace ?? true,
      ifMatch: given.ifMatch,
      ttl,
      start: given.start,
      end: given.end,
      after: given.after,
      limit: given.limit,
      reverse: given.reverse ?? false,
      recursive: given.recursive ?? true,
    }
    return new Call(cancel, span, options)
  }

  /** Whether a write has a condition. */
  get isConditional(): boolean {
    const { create, replace, ifMatch } = this.options
    return !create || !replace || ifMatch !== undefined
  }

  /** The `AbortSignal`, for code that needs one. */
  get signal(): AbortSignal | undefined {
    return this.cancel?.signal
  }

  /** The same call with another cancellation. */
  under(cancel: Cancel | undefined): Call {
    return new Call(cancel, this.span, this.options, this.#whole)
  }

  /** The same call as part of a span. */
  within(span: SpanContext): Call {
    return new Call(this.cancel, span, this.options, this.#whole)
  }

  /**
   * The same call as part of another call that is in flight in `store`. `close` waits for that other call, so the store
   * accepts this one even after `close` was called.
   */
  partIn(store: object): Call {
    return new Call(this.cancel, this.span, this.options, store)
  }

  /** Whether this is part of a call in flight in a store. */
  isPartIn(store: object): boolean {
    return this.#whole === store
  }

  /** A call with these options and defaults, cancelled with this one and part of the same span. */
  with(options: Partial<Options>): Call {
    return new Call(this.cancel, this.span, { ...DEFAULTS, ...options })
  }

  /** A call without options, cancelled with this one and part of the same span. */
  get bare(): Call {
    return this.options === DEFAULTS ? this : new Call(this.cancel, this.span, DEFAULTS)
  }

  /** A call without options that must be completed once begun: part of the same span, never cancelled. */
  get uncancelled(): Call {
    return this.span === undefined ? Call.plain : new Call(undefined, this.span, DEFAULTS)
  }

  /** @throws AbortError if the call was cancelled. */
  throwIfAborted(action: string, key?: Key): void {
    if (this.cancel !== undefined && this.cancel.isAborted) {
      throw new AbortError(action, { key, cause: this.cancel.reason })
    }
  }
}

/** Cancels a call. An `AbortSignal` is created only for a store that asks for one. */
export class Cancel {
  readonly #given: AbortSignal | undefined
  readonly #parent: Cancel | undefined
  #unlink: (() => void) | undefined
  #controller: AbortController | undefined
  #listeners: Set<() => void> | undefined
  #isAborted = false
  #reason: unknown

  private constructor(given: AbortSignal | undefined, parent: Cancel | undefined) {
    this.#given = given
    this.#parent = parent
  }

  /** Fires when the caller's signal does. */
  static of(signal: AbortSignal): Cancel {
    return new Cancel(signal, undefined)
  }

  /** Fires when `abort` is called, or when `parent` fires. Call `release` once the call has ended. */
  static under(parent: Cancel | undefined): Cancel {
    return new Cancel(undefined, parent)
  }

  get isAborted(): boolean {
    return this.#given?.aborted ?? (this.#isAborted || this.#parent?.isAborted === true)
  }

  get reason(): unknown {
    if (this.#given !== undefined) return this.#given.reason as unknown
    return this.#isAborted ? this.#reason : this.#parent?.reason
  }

  get signal(): AbortSignal {
    if (this.#given !== undefined) return this.#given
    if (this.#controller === undefined) {
      const controller = new AbortController()
      this.#controller = controller
      if (this.isAborted) controller.abort(this.reason)
      else this.onAbort(() => controller.abort(this.reason))
    }
    return this.#controller.signal
  }

  /**
   * Calls `listener` once when this fires; immediately if it has fired.
   * @returns A function that removes the listener.
   */
  onAbort(listener: () => void): () => void {
    if (this.isAborted) {
      listener()
      return nothing
    }
    if (this.#given !== undefined) return onAbort(this.#given, listener)
    this.#listeners ??= new Set()
    this.#listeners.add(listener)
    const parent = this.#parent
    if (parent !== undefined) this.#unlink ??= parent.onAbort(() => this.abort(parent.reason))
    return () => {
      if (this.#listeners?.delete(listener) === true && this.#listeners.size === 0) this.release()
    }
  }

  abort(reason?: unknown): void {
    if (this.#isAborted) return
    this.#isAborted = true
    this.#reason = reason
    const listeners = this.#listeners
    this.#listeners = undefined
    for (const listener of listeners ?? []) listener()
  }

  /** Stops listening to the parent: the call has ended. */
  release(): void {
    this.#unlink?.()
    this.#unlink = undefined
  }
}

function nothing(): void {
  // There is no listener to remove.
}
