import { DatastoreError, type ErrorCode, messageOf } from '../../../errors.ts'
import { isUnreachable } from '../../errno.ts'

type Meaning = readonly [ErrorCode, string]

/** The meaning of the codes of S3. Source: "Amazon S3 API Reference, Error responses". */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  AccessDenied: ['ACCESS_DENIED', 'the user may not do this'],
  AllAccessDisabled: ['ACCESS_DENIED', 'the bucket is blocked'],
  AuthorizationHeaderMalformed: ['CONFIG_INVALID', 'the bucket is in another region'],
  CredentialsProviderError: [
    'ACCESS_DENIED',
    'no credentials were found; name a user and a password, or a profile',
  ],
  EntityTooLarge: ['VALUE_INVALID', 'it is larger than the server takes'],
  ExpiredToken: ['ACCESS_DENIED', 'the credentials have expired'],
  InvalidAccessKeyId: ['ACCESS_DENIED', 'the server does not know this user'],
  InvalidBucketName: ['CONFIG_INVALID', 'a bucket cannot have this name'],
  InvalidObjectName: ['KEY_INVALID', 'the server does not take this key'],
  InvalidToken: ['ACCESS_DENIED', 'the server does not take this session token'],
  KeyTooLongError: ['KEY_INVALID', 'the key is longer than the server takes'],
  MethodNotAllowed: ['READ_ONLY', 'the server takes no writes here'],
  NoSuchBucket: ['CONFIG_INVALID', 'there is no such bucket'],
  PermanentRedirect: ['CONFIG_INVALID', 'the bucket is in another region'],
  QuotaExceeded: ['IO', 'the quota of the user or the bucket is used up'],
  RequestTimeTooSkewed: ['ACCESS_DENIED', 'the clock of this computer differs from that of the server'],
  SignatureDoesNotMatch: ['ACCESS_DENIED', 'the server does not take this user and password'],
  SlowDown: ['CONNECTION', 'the server is too busy'],
  TimeoutError: ['TIMEOUT', 'the server did not answer in time'],
  XAmzContentSHA256Mismatch: ['IO', 'the value was damaged on its way'],
}

/** For answers without a code: those to a HEAD have no body. */
const STATUSES: Readonly<Record<number, Meaning>> = {
  301: ['CONFIG_INVALID', 'the bucket is in another region'],
  400: ['IO', 'the server refuses it'],
  401: ['ACCESS_DENIED', 'the server does not take this user and password'],
  403: ['ACCESS_DENIED', 'the server does not take this user and password, or the user may not do this'],
  404: ['CONFIG_INVALID', 'there is no such bucket'],
  405: ['READ_ONLY', 'the server takes no writes here'],
  502: ['CONNECTION', 'the server cannot be reached'],
  503: ['CONNECTION', 'the server is too busy, or stopped'],
  504: ['CONNECTION', 'the server cannot be reached'],
}

const UNREACHED: Meaning = ['CONNECTION', 'the server cannot be reached']
const UNTRUSTED = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/

/** A refusal of the server, or a lost connection, with a code to act on. Messages of S3 contain neither values nor secrets. */
export function s3Failure(action: string, error: unknown): DatastoreError {
  if (error instanceof DatastoreError) return error
  const [code, state] = meaningOf(error)
  return new DatastoreError(code, { action, reason: `${state} (${messageOf(error)})` }, { cause: error })
}

function meaningOf(error: unknown): Meaning {
  const code = codeOf(error)
  // The client gives a lost connection the name of a time limit.
  if (isUnreachable(code)) return UNREACHED
  const known = MEANINGS[error instanceof Error ? error.name : '']
  if (known !== undefined) return known
  const status = statusOf(error)
  if (status !== undefined) return STATUSES[status] ?? ['IO', 'the server failed']
  if (code !== undefined && UNTRUSTED.test(code)) {
    return ['ACCESS_DENIED', 'the certificate of the server is not trusted']
  }
  return /socket hang up|aborted|premature|terminated/i.test(messageOf(error))
    ? UNREACHED
    : ['IO', 'it failed']
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** The status of the answer; `undefined` if there was none. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined
  const { httpStatusCode } = error.$metadata as { readonly httpStatusCode?: number }
  return httpStatusCode
}

/** Whether there is no such object; a missing bucket has a name of its own where the answer has a body. */
export function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket'
}

/** Whether a condition did not hold, or another write of the same object was faster. */
export function isRefused(error: unknown): boolean {
  const status = statusOf(error)
  return status === 412 || (status === 409 && (error as Error).name === 'ConditionalRequestConflict')
}
