import { createHmac, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { KnownHosts } from '../../../../src/core/node/connect/known-hosts.ts'

const key = randomBytes(32)
const other = randomBytes(32)
const line = (hosts: string, of = key, type = 'ssh-ed25519') =>
  `${hosts} ${type} ${of.toString('base64')} comment`
const judged = (text: string, host = 'db.example.org', port = 22) =>
  new KnownHosts(text).check(host, port, key)

function hashed(name: string): string {
  const salt = randomBytes(20)
  const hash = createHmac('sha1', salt).update(name).digest('base64')
  return `|1|${salt.toString('base64')}|${hash}`
}

describe('known hosts', () => {
  it.each([
    ['by name', line('db.example.org'), 'known'],
    ['by one of several names', line('a.example.org,db.example.org,10.0.0.1'), 'known'],
    ['by name, in upper or lower case', line('DB.Example.org'), 'known'],
    ['by a pattern', line('*.example.org'), 'known'],
    ['by a pattern of single characters', line('d?.ex*le.???'), 'known'],
    ['by its hashed name', line(hashed('db.example.org')), 'known'],
    ['not by a pattern that excludes it', line('*.example.org,!db.example.org'), 'unknown'],
    ['not by another name', line('b.example.org'), 'unknown'],
    ['not by another hash', line(hashed('b.example.org')), 'unknown'],
    ['not by a comment', `# ${line('db.example.org')}`, 'unknown'],
    ['not by a line of an authority', `@cert-authority ${line('*')}`, 'unknown'],
    ['not by half a line', 'db.example.org ssh-ed25519', 'unknown'],
    ['with another key', line('db.example.org', other), 'changed'],
    ['with one key of several', `${line('db.example.org', other)}\n${line('db.example.org')}`, 'known'],
    ['with a revoked key', `${line('db.example.org')}\n@revoked ${line('*')}`, 'revoked'],
    ['with another key revoked', `@revoked ${line('*', other)}`, 'unknown'],
    ['by nothing in an empty file', '', 'unknown'],
  ])('E9 verification of a host: %s', (_, text, judgement) => {
    expect(judged(text)).toBe(judgement)
  })

  it('E9 a port other than 22 is part of the name', () => {
    expect(judged(line('[db.example.org]:2222'), 'db.example.org', 2222)).toBe('known')
    expect(judged(line('db.example.org'), 'db.example.org', 2222)).toBe('unknown')
    expect(judged(line('[db.example.org]:2222'))).toBe('unknown')
    expect(judged(line(hashed('[db.example.org]:2222')), 'db.example.org', 2222)).toBe('known')
  })

  it('E9 the key of a host is requested in a known type', () => {
    const text = [line('a'), line('a', other, 'ssh-rsa'), `@revoked ${line('a', other, 'ssh-dss')}`].join(
      '\r\n',
    )
    expect(new KnownHosts(text).typesOf('a', 22)).toEqual(['ssh-ed25519', 'ssh-rsa'])
  })
})
