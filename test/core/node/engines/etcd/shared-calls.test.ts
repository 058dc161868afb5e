import { describe, expect, it } from 'vitest'
import type { DatastoreError } from '../../../../../src/core/errors.ts'
import { Key } from '../../../../../src/core/key.ts'
import { type EtcdServer, noEtcd } from '../../../../servers/etcd.ts'
import { bytes, text } from '../../../../text.ts'
import { onServers, SECRET } from '../server-context.ts'
import { clientOf, openDatastore, startedEtcd } from './etcd-context.ts'

const keys = Array.from({ length: 40 }, (_, index) => Key.of('k', String(index)))

/** The number of reads and writes that the server has answered. */
async function requests(server: EtcdServer): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`)
  const counts = (await answer.text()).matchAll(
    /^grpc_server_handled_total\{[^}]*grpc_method="(?:Put|Range|Txn)"[^}]*\} (\d+)$/gm,
  )
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
}

describe('calls of one turn in etcd', () => {
  onServers(noEtcd)

  for (const layout of ['strata', 'path'] as const) {
    it(`E143 share requests, in layout ${layout}`, async () => {
      const { server } = await startedEtcd()
      const store = await openDatastore({ url: server.url, layout })
      await store.put(Key.of('first'), bytes('x'))
      const before = await requests(server)
      const put = await Promise.all(keys.map(key => store.put(key, bytes(key.toString()))))
      const found = await Promise.all(
        [...keys, Key.of('absent')].map(key => store.get(key).catch(() => undefined)),
      )
      expect((await requests(server)) - before).toBeLessThan(12)
      expect(found.map(value => value && text(value))).toEqual([...keys.map(String), undefined])
      const stats = await Promise.all(keys.map(key => store.stat(key)))
      expect(stats.map(({ etag }) => etag)).toEqual(put.map(({ etag }) => etag))
    })
  }

  it('E143 a call that the server refuses fails alone', async () => {
    const { server, client } = await startedEtcd()
    const root = client.user('root')
    await root.create(SECRET)
    await root.addRole('root')
    const role = client.role('writer')
    await role.create()
    for (const each of ['/app/a', '/app/b', '/app/d']) {
      await role.grant({ permission: 'Readwrite', key: each })
    }
    await role.grant({ permission: 'Read', range: client.range({ prefix: '/app' }) })
    const user = client.user('writer')
    await user.create(SECRET)
    await user.addRole('writer')
    await client.auth.authEnable()
    const options = { url: server.url, prefix: '/app', layout: 'path' } as const
    const store = await openDatastore({ ...options, user: 'writer', password: { secret: 'etcd' } })
    const names = ['a', 'b', 'c', 'd']
    const results = await Promise.allSettled(names.map(name => store.put(Key.of(name), bytes(name))))
    const outcomes = results.map(result =>
      result.status === 'rejected' ? (result.reason as DatastoreError).code : 'put',
    )
    expect(outcomes).toEqual(['put', 'put', 'ACCESS_DENIED', 'put'])
    const found = await Promise.all(['a', 'b', 'd'].map(name => store.get(Key.of(name))))
    expect(found.map(text)).toEqual(['a', 'b', 'd'])
    await clientOf(server.port, { username: 'root', password: SECRET }).auth.authDisable()
  })

  it('E143 if the server is lost, each call fails with its own key', async () => {
    const { server } = await startedEtcd()
    const store = await openDatastore({ url: server.url })
    await Promise.all(keys.map(key => store.put(key, bytes('old'))))
    await server.kill()
    const calls = keys.map((key, index) => (index % 2 === 0 ? store.get(key) : store.put(key, bytes('new'))))
    const failures = (await Promise.allSettled(calls)).map(result =>
      result.status === 'rejected' ? (result.reason as DatastoreError) : undefined,
    )
    expect(failures.map(failed => failed?.code)).toEqual(keys.map(() => 'CONNECTION'))
    expect(failures.map(failed => String(failed?.key))).toEqual(keys.map(String))
  })
})
