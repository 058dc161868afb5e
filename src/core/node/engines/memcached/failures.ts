import { DatastoreError, type ErrorCode, failure, messageOf } from '../../../errors.ts'

/** What texts of memcached and of sockets mean. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/object too large/, 'VALUE_INVALID', 'the server accepts no value of this size'],
  [/out of memory/, 'IO', 'the server has no memory left'],
  [/unauthenticated|authentication/i, 'ACCESS_DENIED', 'the server lets in only programs that sign in'],
  [
    /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO|certificate/,
    'ACCESS_DENIED',
    'the certificate of the server is not trusted, or it does not encrypt',
  ],
  [
    /ECONN|EHOST|ENET|EPIPE|ENOTFOUND|EAI_|ETIMEDOUT|EADDR|closed the connection/,
    'CONNECTION',
    'the server cannot be reached',
  ],
  [/aborted|timeout/i, 'TIMEOUT', 'the server did not answer in time'],
]

/** A failure of memcached or the connection to it, with a code to act on. */
export function memcachedFailure(action: string, error: unknown): DatastoreError {
  if (error instanceof DatastoreError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const text = `${code} ${messageOf(error)}`
  const [, meaning, state] = MEANINGS.find(([pattern]) => pattern.test(text)) ?? [
    undefined,
    'IO' as const,
    'it failed',
  ]
  return new DatastoreError(meaning, { action, reason: `${state} (${messageOf(error)})` }, { cause: error })
}

/** A copy of a failure that several calls share: each call adds its own key to it. */
export function copyOf({ code, reason, cause }: DatastoreError, action: string): DatastoreError {
  return new DatastoreError(code, { action, reason }, { cause })
}

/** The error for an invalid option. */
export function refusal(state: string): DatastoreError {
  return failure('CONFIG_INVALID', 'open a memcached store', undefined, state)
}
