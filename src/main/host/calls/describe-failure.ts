import { z } from 'zod'
import { DatastoreError, isAborted } from '../../../core/errors.ts'
import type { Failure, FailureCode } from '../../../shared/values.ts'

/** Told of failures that point to a defect rather than to something the person can act on. */
export interface Log {
  (message: string, error: unknown): void
  /** Keeps the causes of a failure. @returns The id that they are kept under. */
  readonly record?: ((error: unknown) => string) | undefined
}

/** Failures that are answers to a question, or the person's own doing: nobody looks for their causes. */
const EXPECTED: readonly FailureCode[] = ['ABORTED', 'ALREADY_EXISTS', 'BAD_INPUT', 'NOT_FOUND']

/** What the page is told of something thrown. A failure that is not expected is recorded, and its id told. */
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
  log('A call failed in a way that nobody expected', error)
  // Stores refuse arguments with these two; a defect may look the same, which is why it was logged.
  if (error instanceof TypeError) return { code: 'VALUE_INVALID', message: error.message }
  if (error instanceof RangeError) return { code: 'BAD_INPUT', message: error.message }
  return {
    code: 'UNKNOWN',
    message: error instanceof Error ? error.message : 'Something failed without a reason',
  }
}

function describeStoreFailure(error: DatastoreError): Failure {
  const { code, message } = error
  return {
    code,
    message,
    ...(error.key !== undefined && { key: error.key.toString() }),
    ...('path' in error && typeof error.path === 'string' && { path: error.path }),
  }
}

const SHOWN_ISSUES = 5

/** Characters of one issue; names of unknown fields can be as long as the sender likes. */
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

/** A call whose arguments make no sense; crosses as `BAD_INPUT`. The message says the action, then what is wrong. */
export class BadInputError extends Error {
  override name = 'BadInputError'
}
