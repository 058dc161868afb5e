import { DatastoreError, type ErrorCode, failure, messageOf } from '../../../errors.ts'

/** What texts of etcd and of gRPC mean, the more precise first. The client gives errors by their text. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/revision has been compacted/, 'IO', 'the server has discarded this revision by compaction'],
  [/future revision/, 'IO', 'the server has not reached this revision'],
  [/request is too large|larger than max/, 'VALUE_INVALID', 'the server accepts no request of this size'],
  [/too many operations in txn/, 'UNSUPPORTED', 'the server accepts no transaction of this size'],
  [/database space exceeded/, 'IO', 'the database of the server is full'],
  [
    /authentication failed|user name is empty|auth token|auth revision/,
    'ACCESS_DENIED',
    'the server does not take this user and password',
  ],
  [/authentication is not enabled/, 'ACCESS_DENIED', 'the server has no users'],
  [/permission denied|^16 /i, 'ACCESS_DENIED', 'the user may not do this'],
  [
    /certificate|self.signed|altnames|wrong version number|SSL|TLS/i,
    'ACCESS_DENIED',
    'the certificate of the server is not trusted, or it does not encrypt',
  ],
  [/^4 |DEADLINE_EXCEEDED|^no answer within/, 'TIMEOUT', 'the server did not answer in time'],
  [
    /^14 |UNAVAILABLE|ECONN|RST_STREAM|^1 |no leader|leader changed|already closed/,
    'CONNECTION',
    'the server cannot be reached',
  ],
]

/** A failure of etcd or its client, with a code to act on. */
export function etcdFailure(action: string, error: unknown): DatastoreError {
  if (error instanceof DatastoreError) return error
  const text = messageOf(error)
  const [, code, state] = MEANINGS.find(([pattern]) => pattern.test(text)) ?? [
    undefined,
    'IO' as const,
    'it failed',
  ]
  return new DatastoreError(code, { action, reason: `${state} (${plain(text)})` }, { cause: error })
}

/** A text of gRPC without the number and name of its code, and without what it puts around the error of a connection. */
function plain(text: string): string {
  return text
    .replace(/^\d+ [A-Z_]+: /, '')
    .replace(/^No connection established\. Last error: (?:Error: )?/, '')
    .replace(/\.? Resolution note: *$/, '')
}

/** A copy of a failure that several calls share: each call adds its own key to it. */
export function copyOf({ code, reason, cause }: DatastoreError, action: string): DatastoreError {
  return new DatastoreError(code, { action, reason }, { cause })
}

/** The error for an invalid option. */
export function refusal(state: string): DatastoreError {
  return failure('CONFIG_INVALID', 'open an etcd store', undefined, state)
}
