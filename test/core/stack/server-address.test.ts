import { describe, expect, it } from 'vitest'
import { addressesIn, parseAddress } from '../../../src/core/stack/server-address.ts'
import { serverUrl } from '../../../src/core/stack/server-url.ts'

describe('an address of several servers', () => {
  it('E11 is parsed with its first host, and returns each host with user and path', () => {
    const text = 'etcd://u%40x@a:1,[::1]:2,c/place?q=1'
    expect(parseAddress(text)?.href).toBe('etcd://u%40x@a:1/place?q=1')
    expect(addressesIn(text)?.map(({ host, username, pathname }) => [host, username, pathname])).toEqual([
      ['a:1', 'u%40x', '/place'],
      ['[::1]:2', 'u%40x', '/place'],
      ['c', 'u%40x', '/place'],
    ])
    expect(parseAddress('redis://a:1')?.host).toBe('a:1')
    expect(parseAddress('no address')).toBe(null)
  })

  it.each(['etcd://a:1,b:x', 'etcd://a,,b', 'etcd://,a', 'etcd://', 'etcd'])('E11 %s is invalid', text => {
    expect(addressesIn(text)).toBe(undefined)
    expect(serverUrl(['etcd'], true).safeParse(text).success).toBe(false)
  })

  it('E6 a password in it is rejected, and so are several hosts for a kind with one server', () => {
    const refused = serverUrl(['etcd'], true).safeParse('etcd://u:hunter2@a,b')
    expect(refused.error?.issues[0]?.message).toMatch(/holds a password/)
    expect(JSON.stringify(refused)).not.toContain('hunter2')
    expect(serverUrl(['etcd'], true).safeParse('etcd://u@a:1,b:2').success).toBe(true)
    expect(serverUrl(['redis']).safeParse('redis://a:1,b:2').success).toBe(false)
  })
})
