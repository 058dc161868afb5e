import { DatastoreError, type ErrorCode, failure, messageOf } from '../../../errors.ts'
import { isUnreachable } from '../../errno.ts'

/** What codes of the server mean. */
const CODES: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  13: ['ACCESS_DENIED', 'the user may not do this'],
  18: ['ACCESS_DENIED', 'the server does not take this user and password'],
  50: ['TIMEOUT', 'the server did not answer in time'],
  112: ['TIMEOUT', 'others keep changing what it writes'],
  10107: ['READ_ONLY', 'the server is not the primary of its replica set'],
  10334: ['VALUE_INVALID', 'the server accepts no document of this size'],
  13435: ['READ_ONLY', 'the server is not the primary of its replica set'],
  17419: ['VALUE_INVALID', 'the server accepts no document of this size'],
  17420: ['VALUE_INVALID', 'the server accepts no document of this size'],
}

/** What names of errors of the client mean. */
const NAMES: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/Timeout(?:Error)?$/, 'TIMEOUT', 'the server did not answer in time'],
  [/ServerSelection|Network|PoolCleared|PoolClosed|Topology/, 'CONNECTION', 'the server cannot be reached'],
  [/Authentication|MissingCredentials/, 'ACCESS_DENIED', 'the server does not take this user and password'],
  [/Parse|InvalidArgument/, 'CONFIG_INVALID', 'the address or an option is not valid'],
]

/** A failure of the server or its client, with a code to act on. */
export function mongoFailure(action: string, error: unknown): DatastoreError {
  if (error instanceof DatastoreError) return error
  const text = messageOf(error)
  const [code, state] = meaningOf(error, text)
  return new DatastoreError(code, { action, reason: `${state} (${text})` }, { cause: error })
}

function meaningOf(error: unknown, text: string): readonly [ErrorCode, string] {
  const number = codeOf(error)
  const known = number === undefined ? undefined : CODES[number]
  if (known !== undefined) return known
  if (/object to insert too large|BSONObj size|larger than .* maxBsonObjectSize|out of range/i.test(text)) {
    return ['VALUE_INVALID', 'the server accepts no document of this size']
  }
  if (/certificate|self.signed|SSL|TLS/i.test(text)) {
    return ['ACCESS_DENIED', 'the certificate of the server is not trusted, or it does not encrypt']
  }
  const name = error instanceof Error ? error.name : ''
  // The client gives some failures of its sockets as they are.
  if (isUnreachable(systemCodeOf(error))) return ['CONNECTION', 'the server cannot be reached']
  // Else the client names the socket's failure.
  if (/^Server selection timed out/.test(text)) return ['TIMEOUT', 'the server did not answer in time']
  const [, code, state] = NAMES.find(([pattern]) => pattern.test(name)) ?? []
  return [code ?? 'IO', state ?? 'it failed']
}

/** The number of an error of the server. */
export function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined
}

/** The code of an error of Node. */
function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Whether the server or the client labels an error with this. */
export function hasLabel(error: unknown, label: string): boolean {
  return error instanceof Error && 'errorLabels' in error && (error.errorLabels as string[]).includes(label)
}

/** A document with this key is there already. */
export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === 11_000
}

/** The error for an invalid option. */
export function refusal(state: string): DatastoreError {
  return failure('CONFIG_INVALID', 'open a MongoDB store', undefined, state)
}
