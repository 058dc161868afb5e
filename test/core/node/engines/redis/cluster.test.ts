import { afterAll, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { RedisDatastore } from '../../../../../src/core/node/engines/redis/redis-datastore.ts'
import { slotOf } from '../../../../../src/core/node/engines/redis/server/cluster.ts'
import { Connection } from '../../../../../src/core/node/engines/redis/server/connection.ts'
import { describeDatastore } from '../../../../../src/testkit/index.ts'
import { isWhole, noRedis, type RedisServer, startRedisCluster } from '../../../../servers/redis.ts'
import { bytes, text } from '../../../../text.ts'
import { closing, context, onServers } from '../server-context.ts'
import { openDatastore } from './redis-context.ts'

if (noRedis === undefined) {
  const cluster = await startRedisCluster()
  afterAll(() => cluster.stop())
  const open = () => RedisDatastore.open({ url: cluster.url, timeout: 10_000, layout: 'strata' }, context)
  describeDatastore(
    'RedisDatastore over a cluster',
    {
      create: async () => {
        await Promise.all(cluster.masters.map(master => master.flush()))
        return open()
      },
      reopen: open,
      beside: open,
      runs: 5,
    },
    { describe, it },
  )
}

describe('a Redis Cluster', () => {
  onServers(noRedis)

  it('E22 the slot of a name is computed from its text in braces', () => {
    // Examples of the specification of Redis Cluster and of CLUSTER KEYSLOT.
    for (const [name, slot] of [
      ['123456789', 0x31c3],
      ['{user1000}.following', 3443],
      ['{user1000}.followers', 3443],
      ['foo{}{bar}', 8363],
      ['foo{{bar}}zap', 4015],
      ['foo{bar}{zap}', 5061],
      ['', 0],
    ] as const)
      expect(slotOf(Buffer.from(name)), name).toBe(slot)
  })

  it('E22 under load, no acknowledged write is lost while slots move and a master is killed and restarted', {
    timeout: 120_000,
  }, async () => {
    const cluster = await startRedisCluster({
      config: [
        ['appendonly', 'yes'],
        ['appendfsync', 'always'],
      ],
    })
    closing({ close: () => cluster.stop() })
    const store = await openDatastore({ url: cluster.url, layout: 'strata' })
    expect(store.capabilities.durable).toBe(true)
    const acknowledged = new Map<string, number>()
    const codes = new Set<string>()
    let isOver = false
    let done = 0
    const write = async (writer: number) => {
      for (let count = 1; !isOver; count++) {
        const name = `${writer}-${count % 20}`
        try {
          await store.put(Key.of('load', name), bytes(String(count)))
          acknowledged.set(name, count)
          done++
        } catch (error) {
          codes.add((error as { code: string }).code)
          // The write may have been made. The next one of this key has a larger number.
          await new Promise(next => setImmediate(next))
        }
      }
    }
    const writers = Array.from({ length: 8 }, (_, writer) => write(writer))
    const more = async () => {
      const before = done
      await expect.poll(() => done, { timeout: 60_000 }).toBeGreaterThan(before + 200)
    }
    await more()
    const [first, second, third] = cluster.masters as [RedisServer, RedisServer, RedisServer]
    for (const bucket of [0, 1, 2, 3])
      await moveSlot(slotOf(Buffer.from(`{${bucket}}`)), cluster.masters, third)
    await more()
    expect([...codes]).toEqual([])
    await second.kill()
    await expect.poll(() => codes.size, { timeout: 30_000 }).toBeGreaterThan(0)
    const again = await second.restart()
    closing({ close: () => again.stop() })
    await Promise.all([first, again, third].map(isWhole))
    await more()
    isOver = true
    await Promise.all(writers)
    expect([...codes].filter(code => code !== 'CONNECTION' && code !== 'TIMEOUT')).toEqual([])
    for (const [name, count] of acknowledged) {
      expect(Number(text(await store.get(Key.of('load', name)))), name).toBeGreaterThanOrEqual(count)
    }
    const { children } = await store.list(Key.of('load'))
    expect(children.map(({ name }) => name)).toEqual([...acknowledged.keys()].sort())
  })
})

/** Moves a slot with its keys to another master, like redis-cli --cluster reshard. */
async function moveSlot(slot: number, masters: readonly RedisServer[], to: RedisServer): Promise<void> {
  const ids = new Map<RedisServer, string>()
  for (const master of masters) ids.set(master, await master.cli('cluster', 'myid'))
  const nodes = await to.cli('cluster', 'nodes')
  const from = masters.find(master => {
    const line = nodes.split('\n').find(one => one.startsWith(ids.get(master) ?? ''))
    return line
      ?.split(' ')
      .slice(8)
      .some(range => {
        const [start = '', end = start] = range.split('-')
        return !range.startsWith('[') && Number(start) <= slot && slot <= Number(end)
      })
  })
  if (from === undefined || from === to) return
  await to.cli('cluster', 'setslot', String(slot), 'importing', ids.get(from) ?? '')
  await from.cli('cluster', 'setslot', String(slot), 'migrating', ids.get(to) ?? '')
  // Names contain NUL, which a program argument cannot.
  const connection = await connect(from.port)
  for (;;) {
    const names = (await connection.send(['CLUSTER', 'GETKEYSINSLOT', String(slot), '10'])) as Buffer[]
    if (names.length === 0) break
    await connection.send(['MIGRATE', '127.0.0.1', String(to.port), '', '0', '5000', 'KEYS', ...names])
  }
  await connection.close()
  for (const master of [to, from, ...masters]) {
    await master.cli('cluster', 'setslot', String(slot), 'node', ids.get(to) ?? '')
  }
}

async function connect(port: number): Promise<Connection> {
  return Connection.open({
    client: await import('@redis/client'),
    place: () => Promise.resolve({ host: '127.0.0.1', port }),
    name: 'a master',
    tls: undefined,
    user: undefined,
    password: undefined,
    database: 0,
    timeout: 10_000,
  })
}
