import { z } from 'zod'
import { DatastoreError, isAborted } from '../../../core/errors.ts'
import { ConfigError } from '../../../core/stack/config-error.ts'
import type { Failure, FailureCode } from '../../../shared/values.ts'

/** The reason of a write that only the lock of its session refuses. */
export const SESSION_IS_LOCKED = 'the stack is locked'

/** Receives failures that point to a defect rather than to something the user can act on. */
export interface Log {
  (message: string, error: unknown): void
  /**
   * Records the causes of a failure.
   * @returns The id under which they are recorded.
   */
  readonly record?: ((error: unknown) => string) | undefined
}

/** Failures that are normal answers, or caused by the user: their causes are not recorded. */
const EXPECTED: readonly FailureCode[] = ['ABORTED', 'ALREADY_EXISTS', 'BAD_INPUT', 'NOT_FOUND']

/** How a thrown error is reported to the page. An unexpected failure is recorded, and the report contains its id. */
export function describeFailure(error: unknown, log: Log): Failure {
  const described = withoutId(error, log)
  const isExpected = EXPECTED.includes(described.code) && !(error instanceof RangeError)
  const id = isExpected ? undefined : log.record?.(error)
  return id === undefined ? described : { ...described, id }
}

function withoutId(error: unknown, log: Log): Failure {
  if (error instanceof DatastoreError) return describeStoreFailure(error)
  if (error instanceof z.ZodError) return { code: 'BAD_INPUT', message: describeIssues(error) }
  if (error instanceof BadInputError) return { code: 'BAD_INPUT', message: error.message }
  if (isAborted(error)) return { code: 'ABORTED', message: 'The call was aborted' }
  log('A call failed with an unexpected error', error)
  // Stores refuse arguments with these two errors. A defect may look the same, so the error is logged.
  if (error instanceof TypeError) return { code: 'VALUE_INVALID', message: error.message }
  if (error instanceof RangeError) return { code: 'BAD_INPUT', message: error.message }
  return {
    code: 'UNKNOWN',
    message: error instanceof Error ? error.message : 'The call failed without a reason',
  }
}

function describeStoreFailure(error: DatastoreError): Failure {
  const { code, message } = error
  if (error instanceof ConfigError) {
    const { path, problem, place } = error
    // The message leaves out the path in the document: a person who opens a stack does not see the document.
    return { code, message: place === undefined ? problem : `${place}: ${problem}`, problem, path }
  }
  return {
    code,
    message,
    ...(error.reason.at(-1) === SESSION_IS_LOCKED && { isLocked: true }),
    ...(error.key !== undefined && { key: error.key.toString() }),
  }
}

const SHOWN_ISSUES = 5

/** Characters of one issue. Names of unknown fields can have any length. */
const MAX_ISSUE = 200

function describeIssues(error: z.ZodError): string {
  const shown = error.issues.slice(0, SHOWN_ISSUES).map(issue => {
    const where = issue.path.map(String).join('.')
    return cut(where === '' ? issue.message : `${where}: ${issue.message}`)
  })
  const hidden = error.issues.length - shown.length
  return `The call does not fit its schema: ${shown.join('; ')}${hidden > 0 ? `; and ${hidden} more` : ''}`
}

function cut(text: string): string {
  return text.length > MAX_ISSUE ? `${text.slice(0, MAX_ISSUE)}…` : text
}

/** A call with invalid arguments, reported as `BAD_INPUT`. The message states the action, then the problem. */
export class BadInputError extends Error {
  override name = 'BadInputError'
}
