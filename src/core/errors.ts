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

export interface ErrorDetails {
  /** The key the failure is about, where there is one. */
  readonly key?: Key | undefined
  /** What went wrong below. */
  readonly cause?: unknown
}

/**
 * A failure of a store. The message says the action, then the state: `Cannot put "/a": the store is read-only`.
 */
export class DatastoreError extends Error {
  override name = 'DatastoreError'
  readonly code: ErrorCode
  readonly key: Key | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.key = details.key
  }
}

/** The key holds no value (`NOT_FOUND`). */
export class NotFoundError extends DatastoreError {
  override name = 'NotFoundError'

  /** @param state What is missing, where it is more than the key. */
  constructor(
    action: string,
    key: Key,
    details: Omit<ErrorDetails, 'key'> = {},
    state = 'there is no such key',
  ) {
    super('NOT_FOUND', `${describeAction(action, key)}: ${state}`, { ...details, key })
  }
}

/** The caller's signal ended the call (`ABORTED`). Named as the platform names it, so that `error.name` is enough. */
export class AbortError extends DatastoreError {
  override name = 'AbortError'

  constructor(action: string, details: ErrorDetails = {}) {
    super('ABORTED', `${describeAction(action, details.key)}: the call was aborted`, details)
  }
}

/** Begins a message: `Cannot get "/a"`. Control characters in the key are escaped, so a message stays on one line. */
export function describeAction(action: string, key?: Key): string {
  return key === undefined ? `Cannot ${action}` : `Cannot ${action} ${JSON.stringify(key.toString())}`
}

/** A `DatastoreError` whose message is `Cannot <action> "<key>": <state>`. */
export function failure(
  code: ErrorCode,
  action: string,
  key: Key | undefined,
  state: string,
  cause?: unknown,
): DatastoreError {
  return new DatastoreError(code, `${describeAction(action, key)}: ${state}`, { key, cause })
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

/**
 * The same failure in terms of another key: what an adapter tells its caller of a failure below it. What is no
 * `DatastoreError`, or speaks of no key, stays as it is.
 * @param keyFor What the caller calls the key of the failure; `undefined` where the caller has no name for it.
 */
export function inTermsOf(error: unknown, keyFor: (key: Key) => Key | undefined): unknown {
  if (!(error instanceof DatastoreError) || error.key === undefined) return error
  const key = keyFor(error.key)
  if (key === undefined || key.equals(error.key)) return error
  const message = error.message.replaceAll(
    JSON.stringify(error.key.toString()),
    JSON.stringify(key.toString()),
  )
  // The class is kept, so that callers may ask for `NotFoundError` whatever is in between.
  const copy: unknown = Object.create(
    Object.getPrototypeOf(error) as object,
    Object.getOwnPropertyDescriptors(error),
  )
  return Object.assign(copy as DatastoreError, { message, key })
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
