import { types } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  AbortError,
  DatastoreError,
  ERROR_CODES,
  failure,
  hasCode,
  inTermsOf,
  isAborted,
  isNotFound,
  isTransient,
  NotFoundError,
  noteCall,
  reason,
  reasonOf,
  throwIfAborted,
} from '../../src/core/errors.ts'
import { Key } from '../../src/core/key.ts'

const key = Key.of('a', 'b')

describe('errors', () => {
  it('D18 the codes are the documented ones', () => {
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

  it('D18 a message stays on one line, whatever characters the keys contain', () => {
    const other = Key.of('a\nb\u0000')
    expect(failure('IO', 'get', other, reason`${other} is locked`).message).toBe(
      'Cannot get "/a\\nb\\u0000": "/a\\nb\\u0000" is locked',
    )
  })

  it('D30 a failure is data: action, key, reason with references to keys, retry, node', () => {
    const other = Key.of('c')
    const cause = failure('NOT_FOUND', 'get', other, 'there is no such key')
    const state = reason`after ${2} steps ${other} failed (${reasonOf(cause)})`
    const error = new DatastoreError(
      'NOT_FOUND',
      { action: 'get', reason: state },
      { key, cause, node: 'n1' },
    )
    expect(error).toMatchObject({ code: 'NOT_FOUND', action: 'get', key, retry: 'no', node: 'n1', cause })
    expect(error.reason.filter(part => typeof part !== 'string')).toEqual([other, other])
    expect(error.message).toBe(
      'Cannot get "/a/b": after 2 steps "/c" failed (Cannot get "/c": there is no such key)',
    )
    expect(new DatastoreError('IO', 'The disk "/a" is gone')).toMatchObject({
      action: undefined,
      reason: ['The disk "/a" is gone'],
      message: 'The disk "/a" is gone',
    })
  })

  it('D31 a failure says whether the same call may succeed later', () => {
    const retries = ERROR_CODES.filter(code => failure(code, 'get', key, 'it failed').retry === 'later')
    expect(retries).toEqual(['IO', 'CONNECTION', 'TIMEOUT'])
    const never = new DatastoreError('IO', 'the value is too large', { retry: 'no' })
    expect([isTransient(never), isTransient(failure('IO', 'put', key, 'it failed', never))]).toEqual([
      false,
      false,
    ])
    expect(isTransient(failure('CONNECTION', 'put', key, 'it failed', never))).toBe(true)
    expect(isTransient(new Error('IO'))).toBe(false)
  })

  it('E151 noteCall() adds call and key to a refusal that a driver reported without a key, and changes no other error', () => {
    const refused = failure('VALUE_INVALID', 'write', undefined, 'it is too large')
    noteCall(refused, 'put', key)
    expect(refused).toMatchObject({ key, message: 'Cannot put "/a/b": it is too large' })
    const other = failure('ACCESS_DENIED', 'open the table', undefined, 'the user may not do this')
    noteCall(other, 'put', key)
    expect(other).toMatchObject({
      key: undefined,
      message: 'Cannot open the table: the user may not do this',
    })
  })

  it('E101 noteCall() adds call and key to the failure of a connection, and changes no other error', () => {
    const lost = new DatastoreError('CONNECTION', { action: 'connect to a server', reason: 'it is gone' })
    noteCall(lost, 'put', key)
    expect(lost).toMatchObject({ action: 'put', key, message: 'Cannot put "/a/b": it is gone' })
    const others = [
      lost,
      failure('IO', 'put', undefined, 'the disk is full'),
      new DatastoreError('TIMEOUT', 'Nobody has answered'),
      new Error('broken'),
    ]
    const messages = others.map(({ message }) => message)
    for (const other of others) noteCall(other, 'get', Key.of('other'))
    expect(others.map(({ message }) => message)).toEqual(messages)
  })

  describe('inTermsOf()', () => {
    const below = Key.of('ns')
    const named = (key: Key) => (below.isAncestorOf(key) ? key.relativeTo(below) : undefined)
    const from = below.child(Key.of('a'))
    const to = below.child(Key.of('a', 'b'))

    it('D67 inTermsOf() replaces each reference by itself', () => {
      const state = reason`its link leads to ${to}, not to ${Key.of('a')} or "/ns/a"`
      const error = inTermsOf(failure('CONFLICT', 'get', from, state), named)
      expect(error).toMatchObject({
        key: Key.of('a'),
        message: 'Cannot get "/a": its link leads to "/a/b", not to a key outside this store or "/ns/a"',
      })
      // Keys that also occur in text that was replaced before.
      const swapped = failure(
        'CONFLICT',
        'rename',
        Key.of('x'),
        reason`${Key.of('y')} and ${Key.of('x')} differ`,
      )
      const swap = (key: Key) => Key.of(key.name === 'x' ? 'y' : 'x')
      expect((inTermsOf(swapped, swap) as Error).message).toBe('Cannot rename "/y": "/x" and "/y" differ')
    })

    it('D67 inTermsOf() replaces references where a failure has no key of its own', () => {
      const error = failure('IO', 'close', undefined, reason`${from} did not reach the last tier`)
      expect((inTermsOf(error, named) as Error).message).toBe(
        'Cannot close: "/a" did not reach the last tier',
      )
    })

    it('D68 inTermsOf() omits a key of the failure that has no name in the terms of the caller', () => {
      const error = inTermsOf(failure('IO', 'get', Key.of('other'), 'it failed'), named)
      expect(error).toMatchObject({ key: undefined, message: 'Cannot get: it failed' })
      expect(inTermsOf(failure('IO', 'list', below, 'it failed'), named, Key.root)).toMatchObject({
        key: Key.root,
        message: 'Cannot list "/": it failed',
      })
    })

    it('D67 inTermsOf() keeps class, cause, retry, node and stack trace', () => {
      const cause = new Error('ENOENT')
      const error = new NotFoundError('get', from, { cause, node: 'disk', retry: 'later' })
      const mapped = inTermsOf(error, named) as NotFoundError
      expect(mapped).toBeInstanceOf(NotFoundError)
      expect(mapped).toMatchObject({
        name: 'NotFoundError',
        cause,
        node: 'disk',
        retry: 'later',
        action: 'get',
      })
      expect(types.isNativeError(mapped)).toBe(true)
      expect(mapped.stack).toBe(error.stack?.replace('"/ns/a"', '"/a"'))
      expect('cause' in (inTermsOf(new NotFoundError('get', from), named) as Error)).toBe(false)
    })

    it('D67 inTermsOf() returns the same error if there is nothing to replace', () => {
      for (const error of [
        failure('IO', 'sync', undefined, 'it failed'),
        new Error('other'),
        'text',
        undefined,
      ])
        expect(inTermsOf(error, named)).toBe(error)
      const same = failure('IO', 'get', from, reason`${to} is locked`)
      expect(inTermsOf(same, key => Key.parse(key.toString()))).toBe(same)
    })
  })

  it('D1 NotFoundError is a DatastoreError', () => {
    const error = new NotFoundError('get', key)
    expect(error).toMatchObject({ name: 'NotFoundError', code: 'NOT_FOUND', key })
    expect([isNotFound(error), error instanceof DatastoreError]).toEqual([true, true])
    expect(isNotFound(failure('NOT_FOUND', 'get', key, 'it expired'))).toBe(true)
    expect(isNotFound(new Error('NOT_FOUND'))).toBe(false)
  })

  it('D13 AbortError has the name that the platform uses', () => {
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

  it('D13 throwIfAborted() throws only if the signal has fired, with its reason as the cause', () => {
    throwIfAborted(undefined, 'get', key)
    throwIfAborted(new AbortController().signal, 'get', key)
    const reason = new Error('enough')
    expect(() => throwIfAborted(AbortSignal.abort(reason), 'get', key)).toThrow(
      expect.objectContaining({ code: 'ABORTED', cause: reason, key }),
    )
  })

  it('D18 hasCode() distinguishes failures by code', () => {
    expect(hasCode(failure('CONFLICT', 'put', key, 'changed'), 'CONFLICT')).toBe(true)
    expect(hasCode(failure('CONFLICT', 'put', key, 'changed'), 'IO')).toBe(false)
    expect(hasCode({ code: 'CONFLICT' }, 'CONFLICT')).toBe(false)
    expect(hasCode(undefined, 'CONFLICT')).toBe(false)
  })
})
