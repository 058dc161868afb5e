import { describe, expect, it } from 'vitest'
import { testRedis } from '../../../../../src/core/node/engines/redis/test-connection.ts'
import { nodeKinds } from '../../../../../src/core/node/index.ts'
import { noRedis, startRedis, startRedisCluster } from '../../../../servers/redis.ts'
import { freePort } from '../../../../servers/server-process.ts'
import { closing, context, onServers, SECRET } from '../server-context.ts'

async function redis(options?: Parameters<typeof startRedis>[0]) {
  const server = await startRedis(options)
  closing({ close: () => server.stop() })
  return server
}

const password = { secret: 'redis' }

describe('the connection test for Redis', () => {
  onServers(noRedis)

  it('E20 reports server, user and permissions', async () => {
    const server = await redis()
    await server.cli('set', 'some:key', 'x')
    const { ok, steps, rights } = await testRedis({ url: server.url, timeout: 5000 }, context)
    expect(ok).toBe(true)
    expect(steps.map(({ name }) => name)).toEqual([
      'reach',
      'encrypt',
      'sign-in',
      'server',
      'topology',
      'keys',
      'latency',
    ])
    const details = steps.map(({ detail }) => detail).join('; ')
    expect(details).toMatch(
      /127\.0\.0\.1:\d+ in [\d.]+ ms; the connection is not encrypted; signed in as "default"/,
    )
    expect(details).toMatch(/Redis \d+\.\d+.*; one server; 1 keys; [\d.]+ ms for a read/)
    expect(rights).toEqual({ read: true, write: true, delete: true, expiry: true, liveChanges: true })
    expect(await server.cli('dbsize')).toBe('1')
  })

  it('E20 reports how the connection is encrypted', async () => {
    const server = await redis({ tls: 'server' })
    const ca = server.certificates?.ca ?? ''
    const { steps } = await testRedis({ url: server.url, timeout: 5000, tls: { ca } }, context)
    expect(steps[1]).toEqual({ name: 'encrypt', ok: true, detail: 'encrypted by TLSv1.3' })
    const untrusted = await testRedis({ url: server.url, timeout: 5000 }, context)
    expect(untrusted.steps.at(-1)).toMatchObject({ name: 'encrypt', ok: false })
  })

  it('E20 E6 ends with the step that failed, without the secret', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`
    const gone = await testRedis({ url, timeout: 5000 }, context)
    expect([gone.ok, gone.steps.length, gone.steps[0]?.ok]).toEqual([false, 1, false])
    const server = await redis({ password: 'another' })
    const denied = await testRedis({ url: server.url, timeout: 5000, password }, context)
    expect(denied.steps.at(-1)).toMatchObject({ name: 'sign-in', ok: false })
    expect(JSON.stringify(denied)).not.toContain(SECRET)
  })

  it('E20 reports missing permissions of a user', async () => {
    const user = { name: 'reader', password: SECRET, rules: '~* &* +@read +@connection +info' }
    const server = await redis({ user })
    const options = { url: server.url, timeout: 5000, user: 'reader', password }
    const { ok, steps, rights } = await testRedis(options, context)
    expect([ok, steps[2]?.detail]).toEqual([true, 'signed in as "reader"'])
    expect(rights).toMatchObject({ read: true, write: false, delete: false, expiry: false })
  })

  it('E20 counts the masters and the keys of a cluster', async () => {
    const cluster = await startRedisCluster()
    closing({ close: () => cluster.stop() })
    const { steps } = await testRedis({ url: cluster.url, timeout: 5000 }, context)
    expect(steps.slice(4, 6).map(({ detail }) => detail)).toEqual(['a cluster of 3 masters', '0 keys'])
  })

  it('E20 is available for the kind', () => {
    expect(typeof nodeKinds.find(({ kind }) => kind === 'redis')?.test).toBe('function')
  })
})
