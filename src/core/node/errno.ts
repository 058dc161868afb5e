import type { ErrorCode } from '../errors.ts'
import { systemCode } from './fs/disk.ts'

/** The meaning of a system error: a code to act on, and the state in words. */
export type Meaning = readonly [code: ErrorCode, state: string]

/** What the call was about: the value of a key in a store, or a file that the user named by its path. */
export type Subject = 'key' | 'path'

/** The only table of the system's error codes. If the meaning depends on the subject, the row has both. */
const MEANINGS: Readonly<Record<string, Meaning | Readonly<Record<Subject, Meaning>>>> = {
  EACCES: ['ACCESS_DENIED', 'permission denied'],
  EPERM: ['ACCESS_DENIED', 'permission denied'],
  EROFS: ['READ_ONLY', 'the file system is read-only'],
  ELOOP: ['ACCESS_DENIED', 'symbolic links lead in a circle'],
  EISDIR: {
    key: ['CONFLICT', 'a folder stands in its place'],
    path: ['CONFLICT', 'it is a folder'],
  },
  ENOTDIR: {
    key: ['CONFLICT', 'a file stands where a folder has to be'],
    path: ['NOT_FOUND', 'a part of the path is not a folder'],
  },
  ENOTEMPTY: ['CONFLICT', 'a folder stands in its place'],
  EEXIST: {
    key: ['ALREADY_EXISTS', 'there is a value already'],
    path: ['ALREADY_EXISTS', 'there is a file already'],
  },
  ENAMETOOLONG: {
    key: ['KEY_INVALID', 'its path is too long for this file system'],
    path: ['UNSUPPORTED', 'the path is too long for this file system'],
  },
  ENOSPC: ['IO', 'the disk is full'],
  EDQUOT: ['IO', 'the disk quota is used up'],
  EFBIG: {
    key: ['IO', 'the value is too large for this file system'],
    path: ['IO', 'the file is too large for this file system'],
  },
  EMFILE: ['IO', 'this process has too many files open'],
  ENFILE: ['IO', 'the system has too many files open'],
  ENOENT: {
    key: ['IO', 'a file or folder of the store was removed meanwhile'],
    path: ['NOT_FOUND', 'there is no such file or folder'],
  },
}

/** The meaning of a system error; `undefined` for any other error. */
export function systemMeaning(error: unknown, subject: Subject): Meaning | undefined {
  const name = systemCode(error)
  if (name === undefined) return undefined
  const known = Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : undefined
  if (known !== undefined) return 'key' in known ? known[subject] : known
  return error instanceof Error && 'syscall' in error ? ['IO', `the file system failed (${name})`] : undefined
}

/** Codes of Node's sockets for a server that cannot be reached, or a connection that broke. */
const UNREACHABLE = /^(ECONN|EHOST|ENET|EPIPE|ENOTFOUND|EAI_|ETIMEDOUT|EADDR|ERR_SOCKET)/

/** Whether an error of a socket, by its code, says that its server cannot be reached. */
export function isUnreachable(code: string | undefined): boolean {
  return code !== undefined && UNREACHABLE.test(code)
}
