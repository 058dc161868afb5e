import { DatastoreError, type ErrorCode, messageOf } from '../../../../errors.ts'
import { isUnreachable } from '../../../errno.ts'

/** The meaning of the first word of a refusal. Redis has no other error codes. */
const MEANINGS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  NOAUTH: ['ACCESS_DENIED', 'the server asks for a password'],
  WRONGPASS: ['ACCESS_DENIED', 'the server does not take this user and password'],
  NOPERM: ['ACCESS_DENIED', 'the user may not do this'],
  READONLY: ['READ_ONLY', 'the server is a replica, which takes no writes'],
  WRONGTYPE: ['VALUE_INVALID', 'there is a value of another type'],
  OOM: ['IO', 'the server has no memory left'],
  MISCONF: ['IO', 'the server cannot save, so it takes no writes'],
  NOREPLICAS: ['IO', 'the server has too few replicas to take writes'],
  LOADING: ['CONNECTION', 'the server is loading its data'],
  BUSY: ['CONNECTION', 'the server runs a script that does not end'],
  MASTERDOWN: ['CONNECTION', 'the master of this replica is gone'],
  CLUSTERDOWN: ['CONNECTION', 'a part of the cluster is gone'],
  TRYAGAIN: ['CONNECTION', 'the keys are being moved to another master'],
  MOVED: ['CONNECTION', 'the cluster is being changed'],
  ASK: ['CONNECTION', 'the cluster is being changed'],
}

/** Refusals that begin with `ERR`. */
const TEXTS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [
    /no password is set|invalid password/i,
    'ACCESS_DENIED',
    'the server does not take this user and password',
  ],
  [/invalid bulk length|exceeds maximum|max(imum)? allowed size/i, 'VALUE_INVALID', 'it is too large'],
  [/DB index is out of range|SELECT is not allowed/i, 'CONFIG_INVALID', 'there is no such database'],
  [/max number of clients/i, 'CONNECTION', 'the server accepts no more connections'],
  [/user executing the script can't/i, 'ACCESS_DENIED', 'the user may not do this'],
  [/unknown (sub)?command/i, 'UNSUPPORTED', 'the server does not know the command'],
]

/** A refusal of the server, or a lost connection, with a code to act on. Error texts of Redis do not contain values. */
export function redisFailure(action: string, error: unknown): DatastoreError {
  if (error instanceof DatastoreError) return error
  const text = messageOf(error)
  const [code, state] = meaningOf(error, text)
  return new DatastoreError(code, { action, reason: `${state} (${text})` }, { cause: error })
}

/** @throws DatastoreError Naming `action`, where the answer is an error. */
export async function answered<T>(action: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw redisFailure(action, error)
  }
}

/** A copy of a failure that several calls share: each call adds its own key to it. */
export function copyOfFailure({ code, action, reason, message, cause }: DatastoreError): DatastoreError {
  return new DatastoreError(code, action === undefined ? message : { action, reason }, { cause })
}

/**
 * The failure of one call of a group that failed as a whole; `undefined` for a refusal of the server, which one call of
 * the group may have caused.
 */
export function failureOfCall(error: unknown): DatastoreError | undefined {
  return error instanceof DatastoreError ? copyOfFailure(error) : undefined
}

function meaningOf(error: unknown, text: string): readonly [ErrorCode, string] {
  const word = /^[A-Z]+/.exec(text)?.[0] ?? ''
  const meaning = MEANINGS[word]
  if (meaning !== undefined) return meaning
  if (word === 'ERR') {
    const known = TEXTS.find(([pattern]) => pattern.test(text))
    return known === undefined ? ['IO', 'the server refuses it'] : [known[1], known[2]]
  }
  const system = codeOf(error)
  if (system !== undefined && /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(system)) {
    return ['ACCESS_DENIED', 'the certificate of the server is not trusted']
  }
  if (system !== undefined && !isUnreachable(system)) return ['IO', 'it failed']
  return ['CONNECTION', 'the server cannot be reached']
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Whether the server refused with a certain word, such as `WRONGTYPE`. */
export function isRefusal(error: unknown, word: string): boolean {
  const text = error instanceof DatastoreError ? messageOf(error.cause) : messageOf(error)
  return text.startsWith(word)
}
