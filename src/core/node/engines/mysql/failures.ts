import { type ErrorCode, messageOf } from '../../../errors.ts'
import { codeOf } from '../../sql/failures.ts'

/** The meaning of errors by their symbols. Source: MySQL, "Server Error Message Reference". */
const MEANINGS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ER_ACCESS_DENIED_ERROR: ['ACCESS_DENIED', 'the server does not take this user and password'],
  ER_DBACCESS_DENIED_ERROR: ['ACCESS_DENIED', 'the user may not use this database'],
  ER_TABLEACCESS_DENIED_ERROR: ['ACCESS_DENIED', 'the user may not do this'],
  ER_COLUMNACCESS_DENIED_ERROR: ['ACCESS_DENIED', 'the user may not do this'],
  ER_SPECIFIC_ACCESS_DENIED_ERROR: ['ACCESS_DENIED', 'the user may not do this'],
  ER_HOST_NOT_PRIVILEGED: ['ACCESS_DENIED', 'the server lets nobody in from here'],
  ER_BAD_DB_ERROR: ['CONFIG_INVALID', 'there is no such database'],
  ER_NO_DB_ERROR: ['CONFIG_INVALID', 'the address names no database'],
  HANDSHAKE_NO_SSL_SUPPORT: ['CONFIG_INVALID', 'the server does not encrypt connections'],
  ER_OPTION_PREVENTS_STATEMENT: ['READ_ONLY', 'the server, or the session, takes no writes'],
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: ['READ_ONLY', 'the server, or the session, takes no writes'],
  ER_NO_SUCH_TABLE: ['IO', 'the table is gone'],
  ER_BAD_FIELD_ERROR: ['IO', 'a column of the table is gone'],
  ER_RECORD_FILE_FULL: ['IO', 'the disk of the server is full'],
  ER_DISK_FULL: ['IO', 'the disk of the server is full'],
  ER_CON_COUNT_ERROR: ['CONNECTION', 'the server accepts no more connections'],
  ER_SERVER_SHUTDOWN: ['CONNECTION', 'the server ended the connection'],
  ER_CONNECTION_KILLED: ['CONNECTION', 'the server ended the connection'],
  PROTOCOL_CONNECTION_LOST: ['CONNECTION', 'the connection was lost'],
  ER_LOCK_WAIT_TIMEOUT: ['TIMEOUT', 'another program keeps the table locked'],
  ER_LOCK_DEADLOCK: ['CONFLICT', 'other programs wrote at the same time'],
  ER_NET_PACKET_TOO_LARGE: ['VALUE_INVALID', 'it is larger than the server takes (max_allowed_packet)'],
  ER_TOO_LONG_KEY: ['KEY_INVALID', 'an index of the table does not take a key of this length'],
  ER_DATA_TOO_LONG: ['VALUE_INVALID', 'it is longer than a column of the table'],
  ER_BAD_NULL_ERROR: ['VALUE_INVALID', 'the table does not accept it'],
  ER_NO_DEFAULT_FOR_FIELD: ['VALUE_INVALID', 'another column of the table needs a value'],
  ER_CHECK_CONSTRAINT_VIOLATED: ['VALUE_INVALID', 'the table does not accept it'],
  ER_TRUNCATED_WRONG_VALUE_FOR_FIELD: ['VALUE_INVALID', 'a column of the table does not accept it'],
  ER_NO_REFERENCED_ROW_2: ['VALUE_INVALID', 'the table does not accept it'],
  ER_DUP_ENTRY: ['VALUE_INVALID', 'another row has the same value in a unique column'],
}

const TEXTS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  // The number that MariaDB gives this refusal has another meaning in MySQL, and the client uses that one.
  [/^CONSTRAINT .* failed for /, 'VALUE_INVALID', 'the table does not accept it'],
  [/max_allowed_packet|packet bigger/i, 'VALUE_INVALID', 'it is larger than the server takes'],
  [/connect ETIMEDOUT|timeout/i, 'TIMEOUT', 'the server did not answer in time'],
  [
    /closed state|connection was ended|ended the connection|connection lost/i,
    'CONNECTION',
    'the connection was lost',
  ],
]

export function mysqlMeaning(error: unknown): readonly [ErrorCode, string] | undefined {
  const code = codeOf(error)
  const known = code === undefined ? undefined : MEANINGS[code]
  if (known !== undefined) return known
  const text = messageOf(error)
  const found = TEXTS.find(([pattern]) => pattern.test(text))
  if (found !== undefined) return [found[1], found[2]]
  return code?.startsWith('ER_') === true ? ['IO', 'the server refuses it'] : undefined
}
