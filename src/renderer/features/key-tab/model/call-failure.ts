import type { Failure, FailureCode } from '../../../../shared/values.ts'
import { CallError } from '../../../api/client.ts'

/** A failure in the form that is shown. Anything but a failed call is a defect, or the browser's own refusal. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CallError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.key === undefined ? {} : { key: error.key }),
    }
  }
  return { code: 'UNKNOWN', message: error instanceof Error ? error.message : String(error) }
}

export function hasFailed(error: unknown, ...codes: readonly FailureCode[]): boolean {
  return error instanceof CallError && codes.includes(error.code)
}
