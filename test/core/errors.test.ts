import { describe, expect, it } from 'vitest'
import {
  AbortError,
  DatastoreError,
  describeAction,
  ERROR_CODES,
  failure,
  hasCode,
  isAborted,
  isNotFound,
  NotFoundError,
  throwIfAborted,
} from '../../src/core/errors.ts'
import { Key } from '../../src/core/key.ts'

const key = Key.of('a', 'b')

describe('errors', () => {
  it('D18 the codes are those that are documented', () => {
    expect(ERROR_CODES).toEqual(
      (
        'NOT_FOUND ALREADY_EXISTS CONFLICT KEY_INVALID VALUE_INVALID READ_ONLY UNSUPPORTED QUERY_UNSUPPORTED ' +
        'CLOSED IO ACCESS_DENIED CORRUPT CONNECTION TIMEOUT ABORTED CONFIG_INVALID'
      ).split(' '),
    )
  })

  it('D18 a failure names the action, the key and the state, and keeps its cause', () => {
    const cause = new Error('EACCES')
    const error = failure('ACCESS_DENIED', 'read', key, 'permission denied', cause)
    expect(error).toBeInstanceOf(DatastoreError)
    expect(error).toMatchObject({
      name: 'DatastoreError',
      code: 'ACCESS_DENIED',
      key,
      cause,
      message: 'Cannot read "/a/b": permission denied',
    })
    expect('cause' in failure('IO', 'count', undefined, 'the disk is gone')).toBe(false)
    expect(failure('IO', 'count', undefined, 'the disk is gone').message).toBe(
      'Cannot count: the disk is gone',
    )
  })

  it('D18 a message stays on one line, whatever is in the key', () => {
    expect(describeAction('get', Key.of('a\nb\u0000'))).toBe('Cannot get "/a\\nb\\u0000"')
  })

  it('D1 NotFoundError is a DatastoreError', () => {
    const error = new NotFoundError('get', key)
    expect(error).toMatchObject({ name: 'NotFoundError', code: 'NOT_FOUND', key })
    expect([isNotFound(error), error instanceof DatastoreError]).toEqual([true, true])
    expect(isNotFound(failure('NOT_FOUND', 'get', key, 'it expired'))).toBe(true)
    expect(isNotFound(new Error('NOT_FOUND'))).toBe(false)
  })

  it('D13 AbortError goes by the name that the platform gives it', () => {
    const error = new AbortError('get', { key })
    expect(error).toMatchObject({
      name: 'AbortError',
      code: 'ABORTED',
      message: 'Cannot get "/a/b": the call was aborted',
    })
    expect(
      [error, new DOMException('', 'AbortError'), new Error('AbortError'), 'AbortError'].map(isAborted),
    ).toEqual([true, true, false, false])
  })

  it('D13 throwIfAborted() throws just when the signal has fired, and tells why', () => {
    throwIfAborted(undefined, 'get', key)
    throwIfAborted(new AbortController().signal, 'get', key)
    const reason = new Error('enough')
    expect(() => throwIfAborted(AbortSignal.abort(reason), 'get', key)).toThrow(
      expect.objectContaining({ code: 'ABORTED', cause: reason, key }),
    )
  })

  it('D18 hasCode() tells one failure from another', () => {
    expect(hasCode(failure('CONFLICT', 'put', key, 'changed'), 'CONFLICT')).toBe(true)
    expect(hasCode(failure('CONFLICT', 'put', key, 'changed'), 'IO')).toBe(false)
    expect(hasCode({ code: 'CONFLICT' }, 'CONFLICT')).toBe(false)
    expect(hasCode(undefined, 'CONFLICT')).toBe(false)
  })
})
