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

/** The code of a `DatastoreError`: what went wrong, to act on. */
export type ErrorCode = (typeof ERROR_CODES)[number]

/**
 * Why a call failed: text, and references to keys. Keys stay data, so that an adapter can replace each of them with the
 * name that its caller has for it.
 */
export type Reason = readonly (string | Key)[]

/** Whether the same call may succeed when it is made again later, without any change by the caller. */
export type Retry = 'no' | 'later'

/** What a failure carries besides its code and its message. */
export interface ErrorDetails {
  /** The key the failure is about, where there is one. */
  readonly key?: Key | undefined
  /** What went wrong below. */
  readonly cause?: unknown
  /** Default: what a cause with the same code says, otherwise `later` for `CONNECTION`, `TIMEOUT` and `IO`. */
  readonly retry?: Retry | undefined
  /** The id of the node of the stack where the call failed. Default: where the cause did. */
  readonly node?: string | undefined
}

/** What a message is derived from. */
export interface ErrorStatement {
  /** What the call was to do, as a message says it: `get`, `look up`. */
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
  /** What the call was to do; `undefined` where the error was made of a finished message. */
  readonly action: string | undefined
  readonly reason: Reason
  readonly retry: Retry
  readonly node: string | undefined

  /** @param statement What the message is derived from, or a finished message, whose keys no adapter can replace. */
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

/** Notes at which node of a stack a call failed, unless a node below it is known. */
export function noteNode(error: unknown, node: string): void {
  if (error instanceof DatastoreError && error.node === undefined) Object.assign(error, { node })
}

/** The key holds no value (`NOT_FOUND`). */
export class NotFoundError extends DatastoreError {
  override name = 'NotFoundError'

  /** @param state What is missing, where it is more than the key. */
  constructor(
    action: string,
    key: Key,
    details: Omit<ErrorDetails, 'key'> = {},
    state: string | Reason = 'there is no such key',
  ) {
    super('NOT_FOUND', { action, reason: state }, { ...details, key })
  }
}

/** The caller's signal ended the call (`ABORTED`). Named as the platform names it, so that `error.name` is enough. */
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
 * A reason with references to keys: `` reason`its link leads nowhere: ${from} → ${to}` ``. A message shows a key quoted,
 * with control characters escaped, so that it stays on one line.
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

/** What an error says, with its references to keys, to be part of another reason. */
export function reasonOf(error: unknown): Reason {
  return error instanceof DatastoreError
    ? sentence(error.action, error.key, error.reason)
    : [messageOf(error)]
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

/** Whether a call that failed so may succeed when it is made again later. */
export function isTransient(error: unknown): boolean {
  return error instanceof DatastoreError && error.retry === 'later'
}

export function hasCode(error: unknown, code: ErrorCode): error is DatastoreError {
  return error instanceof DatastoreError && error.code === code
}

export function isNotFound(error: unknown): error is DatastoreError {
  return hasCode(error, 'NOT_FOUND')
}

/** Whether a write was refused for what it found: then it did nothing, while any other failure may come after it was done. */
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

/** What stands in a reason for a key that the caller has no name for. */
const UNNAMED = 'a key outside this store'

/**
 * The same failure with every reference to a key replaced: what an adapter tells its caller of a failure below it. Its
 * class is kept, so that callers may ask for `NotFoundError` whatever is in between. What is no `DatastoreError` stays
 * as it is.
 * @param keyFor What the caller calls a key; `undefined` where the caller has no name for it.
 * @param subject What the caller calls the key that the failure is about, where that is known without `keyFor`.
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
  // Where the failure began, not where it was renamed. Printing a stack is slow, so it waits until somebody asks.
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

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** An error's code, or what else it is known by, whatever was thrown. */
export function codeOf(error: unknown): string {
  if (error instanceof DatastoreError) return error.code
  return error instanceof Error ? error.name : typeof error
}

/** A promise that rejects with whatever was thrown, for a function that is not async. */
export async function rejected(error: unknown): Promise<never> {
  throw error
}
