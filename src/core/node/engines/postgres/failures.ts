import { type ErrorCode, messageOf } from '../../../errors.ts'
import { codeOf } from '../../sql/failures.ts'

/** The meaning of SQLSTATE codes, the longer first. Source: PostgreSQL, "Appendix A. PostgreSQL Error Codes". */
const MEANINGS: readonly (readonly [string, ErrorCode, string])[] = [
  ['25006', 'READ_ONLY', 'the server, or the session, takes no writes'],
  ['28', 'ACCESS_DENIED', 'the server does not take this user and password'],
  ['3D000', 'CONFIG_INVALID', 'there is no such database'],
  ['3F000', 'CONFIG_INVALID', 'there is no such schema'],
  ['42501', 'ACCESS_DENIED', 'the user may not do this'],
  ['42P01', 'IO', 'the table is gone'],
  ['42703', 'IO', 'a column of the table is gone'],
  ['53100', 'IO', 'the disk of the server is full'],
  ['53200', 'IO', 'the server has no memory left'],
  ['53300', 'CONNECTION', 'the server accepts no more connections'],
  ['53400', 'IO', 'a limit of the server is reached'],
  ['54000', 'KEY_INVALID', 'an index of the table does not take a key of this length'],
  ['55P03', 'TIMEOUT', 'another program keeps the table locked'],
  ['57014', 'TIMEOUT', 'it took too long, so the server ended it'],
  ['57P', 'CONNECTION', 'the server ended the connection'],
  ['40', 'CONFLICT', 'other programs wrote at the same time'],
  ['22', 'VALUE_INVALID', 'a column of the table does not accept it'],
  ['23', 'VALUE_INVALID', 'the table does not accept it'],
  ['08', 'CONNECTION', 'the connection to the server failed'],
  ['XX001', 'CORRUPT', 'the data of the server are damaged'],
  ['XX002', 'CORRUPT', 'an index of the server is damaged'],
]

/** Errors of the client, which have no code. */
const TEXTS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/password must be|SASL|SCRAM/i, 'ACCESS_DENIED', 'the server does not take this user and password'],
  [/does not support SSL/i, 'CONFIG_INVALID', 'the server does not encrypt connections'],
  [/timeout expired/i, 'TIMEOUT', 'the server did not answer in time'],
  [/terminat|ended the connection|not queryable|closed/i, 'CONNECTION', 'the connection was lost'],
  [/Hostname\/IP does not match/i, 'ACCESS_DENIED', 'the certificate of the server is not trusted'],
]

const SQLSTATE = /^[\dA-Z]{5}$/

export function postgresMeaning(error: unknown): readonly [ErrorCode, string] | undefined {
  const state = codeOf(error)
  if (state !== undefined && SQLSTATE.test(state)) {
    const known = MEANINGS.find(([start]) => state.startsWith(start))
    if (known !== undefined) return [known[1], known[2]]
    if (error instanceof Error && 'severity' in error) return ['IO', 'the server refuses it']
  }
  const text = messageOf(error)
  const known = TEXTS.find(([pattern]) => pattern.test(text))
  return known && [known[1], known[2]]
}

/** Whether an error has one of these SQLSTATE codes. */
export function hasState(error: unknown, ...states: readonly string[]): boolean {
  const state = codeOf(error)
  return state !== undefined && states.includes(state)
}
