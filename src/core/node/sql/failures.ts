import { DatastoreError, type ErrorCode, messageOf } from '../../errors.ts'
import { isUnreachable } from '../errno.ts'
import type { SqlDialect } from './dialect.ts'

const UNTRUSTED = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/

/** A failure of a server or its client, with a code to act on. */
export function sqlFailure(dialect: SqlDialect, action: string, error: unknown): DatastoreError {
  if (error instanceof DatastoreError) return error
  const [code, state] = dialect.meaningOf(error) ?? meaningOfSystem(error)
  const reason = `${state} (${messageOf(error)})`
  return new DatastoreError(code, { action, reason }, { cause: error })
}

function meaningOfSystem(error: unknown): readonly [ErrorCode, string] {
  const code = codeOf(error)
  if (code !== undefined && UNTRUSTED.test(code)) {
    return ['ACCESS_DENIED', 'the certificate of the server is not trusted']
  }
  if (isUnreachable(code)) return ['CONNECTION', 'the server cannot be reached']
  return ['IO', 'it failed']
}

/** A copy of a failure that several calls share: each call adds its own key to it. */
export function copyOfFailure(
  { code, action: own, reason, cause }: DatastoreError,
  action = own ?? 'use the server',
): DatastoreError {
  return new DatastoreError(code, { action, reason }, { cause })
}

/** The text code of an error. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
