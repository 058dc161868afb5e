import { describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { RedisDatastore } from '../../../../../src/core/node/engines/redis/redis-datastore.ts'
import { bytesOf, textOf } from '../../../../../src/core/node/engines/redis/values/typed-json.ts'
import { noRedis, type RedisServer, startRedis, startRedisCluster } from '../../../../servers/redis.ts'
import { bytes, text } from '../../../../text.ts'
import { closing, context, onServers } from '../server-context.ts'
import { openDatastore } from './redis-context.ts'

async function redis(options?: Parameters<typeof startRedis>[0]): Promise<RedisServer> {
  const server = await startRedis(options)
  closing({ close: () => server.stop() })
  return server
}

describe('Redis keys of other programs', () => {
  onServers(noRedis)

  it('E2 names of other programs are shown by their separator, read and edited in place', async () => {
    const server = await redis()
    await server.cli(
      'mset',
      'user:1:name',
      'Ann',
      'user:1:age',
      '7',
      'user:2',
      'x',
      'plain',
      'y',
      'a::b',
      'z',
    )
    const store = await openDatastore({ url: server.url })
    expect((await store.list(Key.root)).children.map(({ name }) => name)).toEqual(['a', 'plain', 'user'])
    expect((await store.list(Key.parse('/user'))).children).toMatchObject([
      { name: '1', isBranch: true, isValue: false },
      { name: '2', isBranch: false, isValue: true },
    ])
    expect(text(await store.get(Key.parse('/user/1/name')))).toBe('Ann')
    expect(text(await store.get(Key.of('a', '\ufffd', 'b')))).toBe('z')
    await store.put(Key.parse('/user/3'), bytes('new'))
    expect(await server.cli('get', 'user:3')).toBe('new')
    const { etag } = await store.stat(Key.parse('/user/2'))
    await server.cli('set', 'user:2', 'theirs')
    await expect(store.put(Key.parse('/user/2'), bytes('mine'), { ifMatch: etag })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
  })

  it('E2 layout strata is rejected in a database of other programs, unless it has its own prefix', async () => {
    const server = await redis()
    await server.cli('set', 'theirs', 'x')
    await expect(openDatastore({ url: server.url, layout: 'strata' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    const own = await openDatastore({ url: server.url, layout: 'strata', prefix: 'mine' })
    await own.put(Key.of('a'), bytes('x'))
    await expect(openDatastore({ url: server.url, layout: 'path', prefix: 'mine' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    const again = await openDatastore({ url: server.url, prefix: 'mine' })
    expect(text(await again.get(Key.of('a')))).toBe('x')
  })

  it('E2 with a prefix other names are hidden and not accessible', async () => {
    const server = await redis()
    await server.cli('mset', 'app*:a', '1', 'apple:b', '2', 'c', '3')
    const store = await openDatastore({ url: server.url, prefix: 'app*:' })
    expect((await store.list(Key.root)).children.map(({ name }) => name)).toEqual(['a'])
    expect(await store.has(Key.of('c'))).toBe(false)
  })

  it('D12 changes by others are reported, and shown in levels', async () => {
    const server = await redis()
    await server.cli('mset', 'a:b', '1', 'a:c', '2')
    const store = await openDatastore({ url: server.url })
    expect(store.capabilities.watch).toBe('all')
    const names = async () => (await store.list(Key.of('a'))).children.map(({ name }) => name)
    expect(await names()).toEqual(['b', 'c'])
    await server.cli('set', 'a:d', '3')
    await server.cli('rename', 'a:b', 'a:z')
    await server.cli('set', 'a:short', 'x', 'px', '30')
    await expect.poll(names).toEqual(['c', 'd', 'z'])
    await server.cli('flushdb')
    await expect.poll(names).toEqual([])
  })

  it('E5 D12 changes made while the connection was lost are shown afterwards', async () => {
    const server = await redis()
    await server.cli('mset', 'a:b', '1', 'a:c', '2')
    const store = await openDatastore({ url: server.url })
    const names = async () =>
      (await store.list(Key.of('a')).catch(() => ({ children: [] }))).children.map(({ name }) => name)
    await expect.poll(names).toEqual(['b', 'c'])
    await server.cli('eval', "redis.call('SET', 'a:d', '3') redis.call('DEL', 'a:b') return 1", '0')
    await server.cli('client', 'kill', 'type', 'pubsub')
    await server.cli('client', 'kill', 'type', 'normal')
    await server.cli('set', 'a:e', '4')
    await expect.poll(names, { timeout: 10_000 }).toEqual(['c', 'd', 'e'])
  })

  it('E24 a lost server is reported once, and again when it is back', async () => {
    let server = await redis()
    const reports: unknown[] = []
    const store = closing(
      await RedisDatastore.open(
        { url: server.url, timeout: 2000 },
        { ...context, report: ({ lost, ...rest }) => 'indexing' in rest || reports.push(lost?.reason) },
      ),
    )
    await server.kill()
    await expect.poll(() => reports).toHaveLength(1)
    expect(reports[0]).toContain(`127.0.0.1:${server.port}`)
    await expect(store.get(Key.of('a'))).rejects.toMatchObject({ code: 'CONNECTION' })
    server = await server.restart()
    closing({ close: () => server.stop() })
    await expect.poll(() => reports, { timeout: 10_000 }).toHaveLength(2)
    expect(reports[1]).toBeUndefined()
  })

  it('E21 a hash, a list, a set, a sorted set and a stream are read as JSON and written back', async () => {
    const server = await redis()
    await server.cli('hset', 'h', 'b', '2', 'a', '1')
    await server.cli('rpush', 'l', 'x', 'y', 'x')
    await server.cli('sadd', 's', 'n', 'm')
    await server.cli('zadd', 'z', '1.5', 'one', 'inf', 'last')
    await server.cli('xadd', 'x', '1-1', 'f', 'v')
    await server.cli('pexpire', 'h', '600000')
    const store = await openDatastore({ url: server.url })
    const read = async (name: string): Promise<unknown> => JSON.parse(text(await store.get(Key.of(name))))
    expect(await Promise.all(['h', 'l', 's', 'z', 'x'].map(read))).toEqual([
      { hash: { a: '1', b: '2' } },
      { list: ['x', 'y', 'x'] },
      { set: ['m', 'n'] },
      {
        zset: [
          ['one', 1.5],
          ['last', 'inf'],
        ],
      },
      { stream: [['1-1', [['f', 'v']]]] },
    ])
    const write = async (name: string, json: unknown) => {
      const key = Key.of(name)
      await store.put(key, bytes(JSON.stringify(json)), { ifMatch: (await store.stat(key)).etag })
      return read(name)
    }
    for (const [name, json] of [
      ['h', { hash: { a: 'new', c: '3' } }],
      ['l', { list: ['y'] }],
      ['s', { set: ['k', 'n'] }],
      [
        'z',
        {
          zset: [
            ['two', -2],
            ['one', 1],
          ],
        },
      ],
      [
        'x',
        {
          stream: [
            ['1-1', [['f', 'v']]],
            ['2-0', [['g', 'w']]],
          ],
        },
      ],
    ] as const) {
      expect(await write(name, json)).toEqual(json)
    }
    expect(await server.cli('type', 'h')).toBe('hash')
    expect(Number(await server.cli('pttl', 'h'))).toBeGreaterThan(0)
  })

  it('E21 bytes that are not text are read and written unchanged', async () => {
    for (const one of [
      [0xff, 0x25, 0x41],
      [0xef, 0xbf, 0xbd],
      [0xc3],
      [],
      [0, 0x80],
      [0xf0, 0x9f, 0x98, 0x80, 0xfe],
    ]) {
      expect([...bytesOf(textOf(Buffer.from(one)))]).toEqual(one)
    }
    const server = await redis()
    await server.cli('eval', "redis.call('HSET', 'h', '\\255\\0', '\\128x') return 1", '0')
    const store = await openDatastore({ url: server.url })
    const before = await store.get(Key.of('h'))
    await server.cli('copy', 'h', 'kept')
    await store.put(Key.of('h'), before)
    expect(await server.cli('hgetall', 'h')).toBe(await server.cli('hgetall', 'kept'))
  })

  it('E21 a value of another type is never replaced by bytes in another form, or after it has changed', async () => {
    const server = await redis()
    await server.cli('hset', 'h', 'a', '1')
    const store = await openDatastore({ url: server.url })
    const key = Key.of('h')
    for (const wrong of [
      'plain',
      '{"list":["a"]}',
      '{"hash":{}}',
      '{"hash":{"a":1}}',
      '{"hash":{"a":"1"},"x":0}',
    ])
      await expect(store.put(key, bytes(wrong))).rejects.toMatchObject({ code: 'VALUE_INVALID' })
    await expect(store.put(key, bytes('x'), { replace: false })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    const { etag } = await store.stat(key)
    await server.cli('hset', 'h', 'b', '2')
    const put = store.put(key, bytes('{"hash":{"a":"mine"}}'), { ifMatch: etag })
    await expect(put).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(store.delete(key, { ifMatch: etag })).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await server.cli('hgetall', 'h')).toBe('a\n1\nb\n2')
  })

  it('E21 entries of a stream can be kept, removed or appended', async () => {
    const server = await redis()
    for (const id of ['1-0', '2-0', '3-0']) await server.cli('xadd', 'x', id, 'f', id)
    await server.cli('xgroup', 'create', 'x', 'group', '0')
    const store = await openDatastore({ url: server.url })
    const entry = (id: string, value = id) => [id, [['f', value]]]
    const put = (...entries: unknown[]) => store.put(Key.of('x'), bytes(JSON.stringify({ stream: entries })))
    await expect(put(entry('1-0', 'changed'))).rejects.toMatchObject({ code: 'VALUE_INVALID' })
    await expect(put(entry('1-0'), entry('2-5'))).rejects.toMatchObject({ code: 'VALUE_INVALID' })
    expect(await server.cli('xlen', 'x')).toBe('3')
    await put(entry('1-0'), entry('3-0'), entry('4-0'))
    expect(await server.cli('xlen', 'x')).toBe('3')
    expect(await server.cli('xinfo', 'groups', 'x')).toContain('group')
  })

  it('E2 in a cluster names of all masters are shown once, and values of every type can be moved', async () => {
    const cluster = await startRedisCluster()
    closing({ close: () => cluster.stop() })
    const [master] = cluster.masters as [RedisServer]
    for (let index = 0; index < 30; index++) await master.cli('-c', 'set', `k:${index}`, String(index))
    await master.cli('-c', 'hset', 'h', 'a', '1')
    const store = await openDatastore({ url: cluster.url })
    const { children } = await store.list(Key.of('k'))
    expect(children.length).toBe(30)
    for (let index = 0; index < 10; index++)
      await store
        .rename(Key.of('h'), Key.of(`h${index}`))
        .then(() => store.rename(Key.of(`h${index}`), Key.of('h')))
    expect(await master.cli('-c', 'hgetall', 'h')).toBe('a\n1')
  })
})
