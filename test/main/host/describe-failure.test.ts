import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AbortError, DatastoreError, NotFoundError } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { ConfigError } from '../../../src/core/stack/config-error.ts'
import { BadInputError, describeFailure } from '../../../src/main/host/calls/describe-failure.ts'
import { failure } from '../../../src/shared/values.ts'

const KEY = Key.of('a', 'b')

function described(error: unknown) {
  const logged: unknown[] = []
  const value = describeFailure(error, (_message, cause) => logged.push(cause))
  return { ...failure.parse(value), isLogged: logged.includes(error) }
}

describe('describeFailure', () => {
  it.each([
    [new NotFoundError('get', KEY), { code: 'NOT_FOUND', key: '/a/b', isLogged: false }],
    [new DatastoreError('IO', 'Cannot list: broken'), { code: 'IO', isLogged: false }],
    [new AbortError('get', { key: KEY }), { code: 'ABORTED', key: '/a/b', isLogged: false }],
    [new DOMException('stopped', 'AbortError'), { code: 'ABORTED', isLogged: false }],
    [
      new ConfigError('root.tiers[1].path', 'no such folder'),
      {
        code: 'CONFIG_INVALID',
        path: 'root.tiers[1].path',
        message: 'no such folder',
        problem: 'no such folder',
      },
    ],
    [
      Object.assign(new ConfigError('root.path', 'no such folder'), { place: 'Disk · Path' }),
      { path: 'root.path', message: 'Disk · Path: no such folder', problem: 'no such folder' },
    ],
    [new BadInputError('Cannot do this'), { code: 'BAD_INPUT', message: 'Cannot do this', isLogged: false }],
    [new TypeError('a value is bytes'), { code: 'VALUE_INVALID', isLogged: true }],
    [new RangeError('no such limit'), { code: 'BAD_INPUT', isLogged: true }],
    [new Error('a defect'), { code: 'UNKNOWN', message: 'a defect', isLogged: true }],
    ['thrown text', { code: 'UNKNOWN', isLogged: true }],
    [undefined, { code: 'UNKNOWN' }],
    [Object.create(null), { code: 'UNKNOWN' }],
  ])('describes %s for a page', (error, expected) => {
    expect(described(error)).toMatchObject(expected)
  })

  it('names the invalid fields, a few of them, briefly', () => {
    const schema = z.strictObject({ list: z.array(z.number()) })
    const { error } = schema.safeParse({
      list: Array.from({ length: 50 }, () => 'x'),
      ['y'.repeat(10_000)]: 1,
    })
    const { code, message } = described(error)
    expect(code).toBe('BAD_INPUT')
    expect(message).toContain('list.0')
    expect(message).toContain('and 46 more')
    expect(message.length).toBeLessThan(1500)
  })
})
