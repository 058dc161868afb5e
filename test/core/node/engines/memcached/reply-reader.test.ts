import { describe, expect, it } from 'vitest'
import { type Reply, ReplyReader } from '../../../../../src/core/node/engines/memcached/reply-reader.ts'

const answers = Buffer.from(
  'HD c1\r\nVA 5 c12 t-1\r\na\r\nb\n\r\nEN\r\nVA 0 c3\r\n\r\nVA 70000\r\n' +
    'x'.repeat(70_000) +
    '\r\nSERVER_ERROR object too large for cache\r\nMN\r\n',
)

describe('replies of memcached', () => {
  it('E85 replies are the same however they are split into chunks', () => {
    const expected = [
      ['HD', 'c1', undefined],
      ['VA', 'c12 t-1', 'a\r\nb\n'],
      ['EN', '', undefined],
      ['VA', 'c3', ''],
      ['VA', '', 'x'.repeat(70_000)],
      ['SERVER_ERROR', 'object too large for cache', undefined],
      ['MN', '', undefined],
    ]
    for (const size of [1, 2, 3, 7, 64, 1000, 69_999, answers.length]) {
      const replies: Reply[] = []
      const reader = new ReplyReader(reply => replies.push(reply))
      for (let at = 0; at < answers.length; at += size) reader.take(answers.subarray(at, at + size))
      const found = replies.map(({ status, rest, value }) => [
        status,
        rest,
        value && new TextDecoder().decode(value),
      ])
      expect(found).toEqual(expected)
    }
  })

  it('E4 bytes that are not a reply of memcached are rejected', () => {
    const reader = new ReplyReader(() => undefined)
    expect(() => reader.take(Buffer.alloc(100_000, 0x61))).toThrow('The server sends no answers of memcached')
  })
})
