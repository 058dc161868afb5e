import type { Key } from './key.ts'

/** Every way a store can fail. The union is closed: callers may switch over it. */
export const ERROR_CODES = [
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'CONFLICT',
  'KEY_INVALID',
  'VALUE_INVALID',
  'READ_ONLY',
  'UNSUPPORTED',
  'QUERY_UNSUPPORTED',
  'CLOSED',
  'IO',
  'ACCESS_DENIED',
  'CORRUPT',
  'CONNECTION',
  'TIMEOUT',
  'ABORTED',
  'CONFIG_INVALID',
] as const

/** The code of a `DatastoreError`: the kind of failure, for programs to act on. */
export type ErrorCode = (typeof ERROR_CODES)[number]

/**
 * Why a call failed: text, and references to keys. Keys stay data, so that an adapter can replace each of them with the
 * name that its caller has for it.
 */
export type Reason = readonly (string | Key)[]

/** Whether the same call may succeed later without any change by the caller. */
export type Retry = 'no' | 'later'

/** Details of a failure besides its code and its message. */
export interface ErrorDetails {
  /** The key that the failure is about, if any. */
  readonly key?: Key | undefined
  /** The error that caused this one. */
  readonly cause?: unknown
  /**
   * Default: the value of a cause with the same code, else `later` for `CONNECTION`, `TIMEOUT` and `IO`, and `no` for
   * other codes.
   */
  readonly retry?: Retry | undefined
  /** The id of the node of the stack where the call failed. Default: the node of the cause. */
  readonly node?: string | undefined
}

/** The parts of a message. */
export interface ErrorStatement {
  /** What the call was to do, as in messages: `get`, `look up`. */
  readonly action: string
  readonly reason: string | Reason
}

const TRANSIENT: readonly ErrorCode[] = ['CONNECTION', 'TIMEOUT', 'IO']

/**
 * A failure of a store, as data. The message is derived from `action`, `key` and `reason`, in this order:
 * `Cannot put "/a": the store is read-only`.
 */
export class DatastoreError extends Error {
  override name = 'DatastoreError'
  readonly code: ErrorCode
  readonly key: Key | undefined
  /** What the call was to do; `undefined` if the error was created with a finished message. */
  readonly action: string | undefined
  readonly reason: Reason
  readonly retry: Retry
  readonly node: string | undefined

  /** @param statement The parts of the message; or a finished message, in which adapters cannot replace keys. */
  constructor(code: ErrorCode, statement: string | ErrorStatement, details: ErrorDetails = {}) {
    const { key, cause } = details
    const action = typeof statement === 'string' ? undefined : statement.action
    const why = typeof statement === 'string' ? statement : statement.reason
    const parts = typeof why === 'string' ? [why] : why
    super(printed(sentence(action, key, parts)), cause === undefined ? undefined : { cause })
    this.code = code
    this.key = key
    this.action = action
    this.reason = parts
    this.retry = details.retry ?? defaultRetry(code, cause)
    this.node = details.node ?? (cause instanceof DatastoreError ? cause.node : undefined)
  }
}

/** Records the node of a stack at which a call failed, unless a node below it is recorded. */
export function noteNode(error: unknown, node: string): void {
  if (error instanceof DatastoreError && error.node === undefined) Object.assign(error, { node })
}

/** Codes of failures with which a server refuses a single call. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'VALUE_INVALID',
  'ACCESS_DENIED',
  'READ_ONLY',
  'UNSUPPORTED',
])
/** The actions that drivers name in their failures. They are parts of a call. */
const PARTS_OF_CALLS: ReadonlySet<string> = new Set(['get', 'stat', 'put', 'read', 'read a value', 'write'])

/**
 * Adds the action and the key of a call to its failure, if the failure names no key and comes from the connection
 * (`Cannot put "/a": the server cannot be reached`) or is a refusal that a driver reports (`Cannot put "/a": the user may
 * not do this`). Every other failure stays unchanged: several calls may share it, or its action says what else failed.
 */
export function noteCall(error: unknown, action: string, key: Key): void {
  if (!(error instanceof DatastoreError) || error.key !== undefined || error.action === undefined) return
  const isOfConnection = error.code === 'CONNECTION' || error.code === 'TIMEOUT'
  if (!isOfConnection && !(REFUSALS.has(error.code) && PARTS_OF_CALLS.has(error.action))) return
  Object.assign(error, { action, key, message: printed(sentence(action, key, error.reason)) })
}

/** The key holds no value (`NOT_FOUND`). */
export class NotFoundError extends DatastoreError {
  override name = 'NotFoundError'

  /** @param state What is missing, if it is not the key itself. */
  constructor(
    action: string,
    key: Key,
    details: Omit<ErrorDetails, 'key'> = {},
    state: string | Reason = 'there is no such key',
  ) {
    super('NOT_FOUND', { action, reason: state }, { ...details, key })
  }
}

/** The caller's signal aborted the call (`ABORTED`). `error.name` is `AbortError`, as in the platform's own APIs. */
export class AbortError extends DatastoreError {
  override name = 'AbortError'

  constructor(action: string, details: ErrorDetails = {}) {
    super('ABORTED', { action, reason: 'the call was aborted' }, details)
  }
}

/** A `DatastoreError` whose message is `Cannot <action> "<key>": <state>`. */
export function failure(
  code: ErrorCode,
  action: string,
  key: Key | undefined,
  state: string | Reason,
  cause?: unknown,
): DatastoreError {
  return new DatastoreError(code, { action, reason: state }, { key, cause })
}

/**
 * A reason with references to keys: `` reason`its link is broken: ${from} → ${to}` ``. Messages show keys quoted,
 * with control characters escaped, so that a message stays on one line.
 */
export function reason(
  texts: TemplateStringsArray,
  ...values: readonly (string | number | Key | Reason)[]
): Reason {
  const parts: (string | Key)[] = []
  for (const [index, text] of texts.entries()) {
    if (text !== '') parts.push(text)
    const value = values[index]
    if (typeof value === 'number') parts.push(String(value))
    else if (isReason(value)) parts.push(...value)
    else if (value !== undefined) parts.push(value)
  }
  return parts
}

/** The reason of an error with its references to keys, for use in another reason. */
export function reasonOf(error: unknown): Reason {
  return error instanceof DatastoreError
    ? sentence(error.action, error.key, error.reason)
    : [messageOf(error)]
}

/**
 * Why a call on `key` failed, without the call and the key: `the disk is full`. For texts that name both already. A
 * failure about something else is included unchanged.
 */
export function reasonFor(error: unknown, key: Key): string {
  const isOfKey = error instanceof DatastoreError && error.action !== undefined && error.key?.equals(key)
  return isOfKey === true ? printed(error.reason) : messageOf(error)
}

function isReason(value: string | number | Key | Reason | undefined): value is Reason {
  return Array.isArray(value)
}

function sentence(action: string | undefined, key: Key | undefined, parts: Reason): Reason {
  if (action === undefined) return parts
  return key === undefined ? [`Cannot ${action}: `, ...parts] : [`Cannot ${action} `, key, ': ', ...parts]
}

function printed(parts: Reason): string {
  return parts.map(part => (typeof part === 'string' ? part : JSON.stringify(part.toString()))).join('')
}

function defaultRetry(code: ErrorCode, cause: unknown): Retry {
  if (cause instanceof DatastoreError && cause.code === code) return cause.retry
  return TRANSIENT.includes(code) ? 'later' : 'no'
}

/** Whether a call that failed with this error may succeed later. */
export function isTransient(error: unknown): boolean {
  return error instanceof DatastoreError && error.retry === 'later'
}

export function hasCode(error: unknown, code: ErrorCode): error is DatastoreError {
  return error instanceof DatastoreError && error.code === code
}

export function isNotFound(error: unknown): error is DatastoreError {
  return hasCode(error, 'NOT_FOUND')
}

/**
 * Whether a write was refused because of the state it found. A refused write did nothing; after any other failure it
 * may have taken effect.
 */
export function isRefused(error: unknown): boolean {
  return hasCode(error, 'ALREADY_EXISTS') || hasCode(error, 'CONFLICT') || hasCode(error, 'NOT_FOUND')
}

export function isAborted(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

/** Throws `AbortError` when `signal` has already fired. */
export function throwIfAborted(signal: AbortSignal | undefined, action: string, key?: Key): void {
  if (signal?.aborted === true) throw new AbortError(action, { key, cause: signal.reason })
}

/** Replaces a key in a reason that the caller has no name for. */
const UNNAMED = 'a key outside this store'

/**
 * A copy of a failure in which every reference to a key is replaced: how an adapter reports a failure of a store below.
 * The class is kept, so that callers can test for `NotFoundError`. An error that is not a `DatastoreError` is returned
 * as it is.
 * @param keyFor The caller's name of a key below; `undefined` if the caller has none.
 * @param subject The caller's name of the key that the failure is about, where it is known without `keyFor`.
 */
export function inTermsOf(error: unknown, keyFor: (key: Key) => Key | undefined, subject?: Key): unknown {
  if (!(error instanceof DatastoreError)) return error
  const key = error.key && (subject ?? keyFor(error.key))
  const parts = error.reason.map(part => (typeof part === 'string' ? part : (keyFor(part) ?? UNNAMED)))
  if (isSame(key, error.key) && parts.every((part, index) => isSame(part, error.reason[index]))) return error
  const message = printed(sentence(error.action, key, parts))
  const copy: unknown = Reflect.construct(
    Error,
    'cause' in error ? [message, { cause: error.cause }] : [message],
    error.constructor,
  )
  // The stack of the original failure. It is formatted lazily, because formatting a stack is slow.
  Object.defineProperty(copy, 'stack', {
    configurable: true,
    get: () => error.stack?.replace(error.message, () => message),
    set(value: unknown) {
      Object.defineProperty(this, 'stack', { configurable: true, writable: true, value })
    },
  })
  return Object.assign(copy as DatastoreError, error, { key, reason: parts })
}

function isSame(one: string | Key | undefined, other: string | Key | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return typeof one === 'string' || typeof other === 'string' ? one === other : one.equals(other)
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The code of an error, or its name, for anything that was thrown. */
export function codeOf(error: unknown): string {
  if (error instanceof DatastoreError) return error.code
  return error instanceof Error ? error.name : typeof error
}

/** A rejected promise for anything that was thrown, for functions that are not async. */
export async function rejected(error: unknown): Promise<never> {
  throw error
}
