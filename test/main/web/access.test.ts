import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLoopbackHost, isSameOrigin } from '../../../src/main/web/requests.ts'

describe('isLoopbackHost', () => {
  it.each(['127.0.0.1', '127.0.0.1:80', 'localhost:65535', '[::1]:1'])('accepts %s', host => {
    expect(isLoopbackHost(host)).toBe(true)
  })

  it.each([
    undefined,
    '',
    '127.0.0.1:',
    '127.0.0.1:123456',
    '127.1',
    '2130706433',
    '127.0.0.1.',
    'localhost.',
    'localhost.attacker.example',
    'x@localhost',
    '::1',
    '[::ffff:127.0.0.1]',
    '127.0.0.1\n.attacker.example',
  ])('refuses %j', host => {
    expect(isLoopbackHost(host)).toBe(false)
  })

  it('refuses every domain name of two labels or more', () => {
    fc.assert(fc.property(fc.domain(), domain => !isLoopbackHost(domain)))
  })
})

it('isSameOrigin requires the same scheme, name and port', () => {
  expect(isSameOrigin('http://localhost:1', 'localhost:1')).toBe(true)
  expect(isSameOrigin('http://127.0.0.1:1', 'localhost:1')).toBe(false)
  expect(isSameOrigin('http://localhost:1/', 'localhost:1')).toBe(false)
  expect(isSameOrigin(undefined, 'localhost:1')).toBe(false)
})
