import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import {
  RedisDatastore,
  type RedisOptions,
} from '../../../../../src/core/node/engines/redis/redis-datastore.ts'
import { testRedis } from '../../../../../src/core/node/engines/redis/test-connection.ts'
import { openStack } from '../../../../../src/core/node/index.ts'
import { noRedis, startRedis } from '../../../../servers/redis.ts'
import { bytes, text } from '../../../../text.ts'
import { describeConnection } from '../connecting.ts'
import { closing, context, failuresUntil, onServers, SECRET, stopping } from '../server-context.ts'
import { openDatastore } from './redis-context.ts'

const key = Key.of('a')
const password = { secret: 'redis' }

const redis = (options?: Parameters<typeof startRedis>[0]) => stopping(startRedis(options))

describeConnection<RedisOptions>({
  name: 'Redis',
  kind: 'redis',
  missing: noRedis,
  start: ({ tls, password: own }) =>
    startRedis({
      tls,
      password: own,
      config: [
        ['appendonly', 'yes'],
        ['appendfsync', 'always'],
      ],
    }),
  at: ({ host, port, isEncrypted }) => ({ url: `redis${isEncrypted ? 's' : ''}://${host}:${port}` }),
  open: (options, given) => RedisDatastore.open(options, given),
  test: (options, given) => testRedis(options, given),
  signIn: { password },
  // The server waits for the end of a line.
  unencrypted: 'TIMEOUT',
})

describe('Redis', () => {
  onServers(noRedis)

  it('E4 E6 a wrong password is ACCESS_DENIED, and no error contains it', async () => {
    const { url } = await redis({ password: 'another' })
    for (const options of [{ password }, { password, user: 'somebody' }, {}]) {
      const error = await openDatastore({ url, ...options }).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'ACCESS_DENIED' })
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET)
    }
  })

  it('E4 a read-only user can read everything, and the store is declared read-only', async () => {
    const rules = '~* &* +@read +@connection +time'
    const server = await redis({ user: { name: 'reader', password: SECRET, rules } })
    const writer = await openDatastore({ url: server.url })
    for (const name of ['a', 'b', 'c', 'd']) await writer.put(Key.of(name), bytes(name))
    await writer.put(Key.of('b'), bytes('b'), { ttl: 30 })
    const store = await openDatastore({ url: server.url, user: 'reader', password })
    expect(store.capabilities.writable).toBe(false)
    await expect.poll(() => store.has(Key.of('b'))).toBe(false)
    const names = async (options: object) =>
      (await store.list(Key.root, options)).children.map(({ name }) => name)
    expect([await names({}), await names({ reverse: true, limit: 2 })]).toEqual([
      ['a', 'c', 'd'],
      ['d', 'c'],
    ])
    const entries = []
    for await (const { value } of store.query({})) entries.push(text(value as Uint8Array))
    expect(entries).toEqual(['a', 'c', 'd'])
    await expect(store.put(key, bytes('x'))).rejects.toMatchObject({ code: 'READ_ONLY' })
  })

  it('E4 calls are ACCESS_DENIED once the user loses a permission', async () => {
    const server = await redis()
    const store = await openDatastore({ url: server.url })
    await store.put(key, bytes('x'))
    await server.cli('acl', 'setuser', 'default', '-set')
    await expect(store.put(key, bytes('y'))).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    expect(text(await store.get(key))).toBe('x')
  })

  it('E4 a replica is declared read-only', async () => {
    const [master, replica] = [await redis(), await redis()]
    await replica.cli('replicaof', '127.0.0.1', String(master.port))
    const store = await openDatastore({ url: replica.url, layout: 'strata' })
    expect(store.capabilities.writable).toBe(false)
    await expect(store.put(key, bytes('x'))).rejects.toMatchObject({ code: 'READ_ONLY' })
  })

  it('E4 a master that became a replica rejects writes as READ_ONLY', async () => {
    const [master, other] = [await redis(), await redis()]
    const store = await openDatastore({ url: master.url })
    await store.put(key, bytes('x'))
    await master.cli('config', 'set', 'replica-serve-stale-data', 'yes')
    await master.cli('replicaof', '127.0.0.1', String(other.port))
    await expect(store.put(key, bytes('y'))).rejects.toMatchObject({ code: 'READ_ONLY' })
    await master.cli('replicaof', 'no', 'one')
  })

  it('E5 after the server closes a connection, the next call opens a new one', async () => {
    const server = await redis()
    const store = await openDatastore({ url: server.url })
    await store.put(key, bytes('x'))
    for (let round = 0; round < 5; round++) {
      await server.cli('client', 'kill', 'type', 'normal')
      // A call in flight may have been made. The next one waits for the new connection.
      await store.get(key).catch((error: unknown) => expect(error).toMatchObject({ code: 'CONNECTION' }))
      expect(text(await store.get(key))).toBe('x')
    }
  })

  it('E5 calls during a restart succeed or fail as CONNECTION', async () => {
    const server = await redis()
    const store = await openDatastore({ url: server.url })
    const acknowledged = new Map<string, number>()
    let isOver = false
    const codes = new Set<string>()
    const write = async (name: string) => {
      for (let count = 1; !isOver; count++) {
        try {
          await store.put(Key.of(name), bytes(String(count)))
          acknowledged.set(name, count)
        } catch (error) {
          codes.add((error as { code: string }).code)
          await new Promise(done => setImmediate(done))
        }
      }
    }
    const writers = ['a', 'b', 'c'].map(write)
    for (let round = 0; round < 10; round++) {
      await server.cli('client', 'kill', 'type', 'normal')
      await failuresUntil(() => store.put(Key.of('d'), bytes('x')))
    }
    isOver = true
    await Promise.all(writers)
    expect([...codes].filter(code => code !== 'CONNECTION')).toEqual([])
    for (const [name, count] of acknowledged) {
      expect(Number(text(await store.get(Key.of(name))))).toBeGreaterThanOrEqual(count)
    }
  })

  it('E4 a value over the limit of the server is VALUE_INVALID, and the connection stays usable', async () => {
    const server = await redis({ config: [['proto-max-bulk-len', '1mb']] })
    const store = await openDatastore({ url: server.url })
    await expect(store.put(key, new Uint8Array(2 ** 20 + 1))).rejects.toMatchObject({ code: 'VALUE_INVALID' })
    await store.put(key, new Uint8Array(2 ** 20 - 20))
    expect((await store.stat(key)).size).toBe(2 ** 20 - 20)
  })

  it('E7 a missing client is CONFIG_INVALID and names the package to install', async () => {
    const { openRedis } = await import('../../../../../src/core/node/engines/redis/open-redis.ts')
    const missing = () =>
      Promise.reject(
        Object.assign(new Error("Cannot find package '@redis/client'"), { code: 'ERR_MODULE_NOT_FOUND' }),
      )
    const opening = openRedis({ url: 'redis://127.0.0.1:1', timeout: 1000 }, context, missing)
    await expect(opening).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(opening).rejects.toThrow('npm install @redis/client')
  })

  it('E6 a stack names its secret, and no document, error or span contains it', async () => {
    const server = await redis({ password: SECRET })
    const seen: unknown[] = []
    const document = { strata: 1, root: { kind: 'redis', id: 'r', url: server.url, password } }
    const secrets = { get: () => Promise.resolve(SECRET) }
    const stack = closing(await openStack(document, { secrets }))
    stack.trace(span => seen.push(span))
    await stack.store.put(key, bytes('x'))
    await server.cli('acl', 'setuser', 'default', '-@all')
    seen.push(await stack.store.get(key).catch((error: unknown) => error))
    seen.push(stack.document, stack.nodes)
    expect(seen.length).toBeGreaterThan(3)
    expect(inspect(seen, { depth: 8, showHidden: true })).not.toContain(SECRET)
  })

  it.each([
    [
      'an address with a password',
      { url: `redis://app:${SECRET}@127.0.0.1` },
      'the address holds a password',
    ],
    ['an address of another protocol', { url: 'http://127.0.0.1' }, 'redis:// or rediss://'],
    ['a path that is not a database', { url: 'redis://127.0.0.1/films' }, 'the number of a database'],
    ['a time limit of 0', { url: 'redis://127.0.0.1', timeout: 0 }, 'timeout is a whole number from 1'],
    ['an unknown secret', { url: 'redis://127.0.0.1', password }, '"password" names the secret "redis"'],
  ])('E6 D32 %s is CONFIG_INVALID if a program opens a server without a stack', async (_, options, state) => {
    const failure: unknown = await RedisDatastore.open(options).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(String(failure)).toContain(state)
    expect(inspect(failure, { depth: 8, showHidden: true })).not.toContain(SECRET)
  })

  it('E4 a database that does not exist is CONFIG_INVALID', async () => {
    const server = await redis()
    await expect(openDatastore({ url: `${server.url}/99` })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(openDatastore({ url: `${server.url}/1`, database: 2 })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    const store = await openDatastore({ url: `${server.url}/3` })
    await store.put(key, bytes('x'))
    expect(await server.cli('-n', '3', 'dbsize')).not.toBe('0')
    expect(await server.cli('dbsize')).toBe('0')
  })

  it('E28 E5 after a server has lost its data, earlier etags match nothing, and new writes are kept', async () => {
    const server = await redis()
    const store = await openDatastore({ url: server.url })
    const { etag } = await store.put(key, bytes('before'))
    await server.kill()
    const again = await server.restart()
    closing({ close: () => again.stop() })
    await failuresUntil(() => store.has(key))
    expect(await store.has(key)).toBe(false)
    await expect(store.put(key, bytes('after'), { ifMatch: etag })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    await store.put(Key.of('b', 'c'), bytes('after'))
    const other = await openDatastore({ url: server.url })
    expect(text(await other.get(Key.of('b', 'c')))).toBe('after')
    expect((await other.list(Key.root)).children.map(({ name }) => name)).toEqual(['b'])
  })

  it('E28 E5 after the data of a server are replaced, earlier etags match nothing there', async () => {
    const server = await redis()
    const store = await openDatastore({ url: server.url })
    const { etag } = await store.put(key, bytes('of one'))
    const watched = store.watch(Key.root)[Symbol.asyncIterator]()
    const first = watched.next()
    await server.kill()
    const second = await server.restart()
    closing({ close: () => second.stop() })
    const other = await openDatastore({ url: server.url })
    const { etag: theirs } = await other.put(key, bytes('of the other'))
    expect(theirs.split('.')[1], 'both number their versions from one').toBe(etag.split('.')[1])
    await failuresUntil(() => store.has(key))
    for (const call of [
      () => store.put(key, bytes('over it'), { ifMatch: etag }),
      () => store.delete(key, { ifMatch: etag }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'CONFLICT' })
    }
    expect(text(await store.get(key))).toBe('of the other')
    expect((await store.stat(key)).etag).toBe(theirs)
    expect((await first).value).toMatchObject({ type: 'resync' })
    const written = await store.put(key, bytes('now'), { ifMatch: theirs })
    expect(written.etag).not.toBe(theirs)
    await watched.return?.()
  })
})
