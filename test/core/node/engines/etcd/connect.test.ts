import { readFile } from 'node:fs/promises'
import { Etcd3 } from 'etcd3'
import { describe, expect, it } from 'vitest'
import { messageOf } from '../../../../../src/core/errors.ts'
import { Key } from '../../../../../src/core/key.ts'
import { EtcdDatastore, type EtcdOptions } from '../../../../../src/core/node/engines/etcd/etcd-datastore.ts'
import { testEtcd } from '../../../../../src/core/node/engines/etcd/test-connection.ts'
import { openStack } from '../../../../../src/core/node/stack.ts'
import type { NodeStatus } from '../../../../../src/core/stack/kind.ts'
import { noOpenssl } from '../../../../servers/certificates.ts'
import { type EtcdServer, noEtcd, startEtcd } from '../../../../servers/etcd.ts'
import { freePort } from '../../../../servers/server-process.ts'
import { noSshd, startSshServer } from '../../../../servers/ssh.ts'
import { bytes, text } from '../../../../text.ts'
import { describeConnection } from '../connecting.ts'
import { closing, context, failuresUntil, onServers, SECRET, stopping } from '../server-context.ts'
import { clientOf, openDatastore, startedEtcd } from './etcd-context.ts'

const key = Key.of('a')

/** A server that accepts only the user `root`. */
async function startGuarded(password: string): Promise<EtcdServer> {
  const server = await startEtcd()
  const client = clientOf(server.port)
  const root = client.user('root')
  await root.create(password)
  await root.addRole('root')
  await client.auth.authEnable()
  return server
}

describeConnection<EtcdOptions>({
  name: 'etcd',
  kind: 'etcd',
  missing: noEtcd,
  start: ({ tls, password }) => (password === undefined ? startEtcd({ tls }) : startGuarded(password)),
  at: ({ host, port, isEncrypted }) => ({
    url: `etcd://${host}:${port}`,
    ...(isEncrypted && { tls: true }),
  }),
  open: (options, given) => EtcdDatastore.open(options, given),
  test: (options, given) => testEtcd(options, given),
  signIn: { user: 'root', password: { secret: 'etcd' } },
  // The server closes connections that it does not understand.
  unencrypted: 'ACCESS_DENIED|CONNECTION',
})

describe('etcd', () => {
  onServers(noEtcd)

  it('E4 E5 E101 CONNECTION while the server is down; calls succeed once it is back, and nothing acknowledged is lost', async () => {
    const nowhere = `etcd://127.0.0.1:${await freePort()}`
    await expect(openDatastore({ url: nowhere })).rejects.toMatchObject({ code: 'CONNECTION' })
    const { server } = await startedEtcd()
    const lost: (string | undefined)[] = []
    const report = ({ lost: now }: NodeStatus) => void lost.push(now?.reason)
    // The other member of the cluster does not exist.
    const url = `${server.url},${nowhere.slice('etcd://'.length)}`
    const root = { kind: 'etcd', url: server.url, timeout: 5000 }
    const stack = closing(await openStack({ strata: 1, root }, { onStatus: (_id, change) => report(change) }))
    expect((await openDatastore({ url })).capabilities.durable).toBe(true)
    const { store } = stack
    await Promise.all(Array.from({ length: 30 }, (_, n) => store.put(Key.of(`k${n}`), bytes(`${n}`))))
    const { etag } = await store.put(key, bytes('x'))
    await server.kill()
    await expect(store.get(key)).rejects.toMatchObject({ code: 'CONNECTION', key })
    const refused = `the server cannot be reached (connect ECONNREFUSED 127.0.0.1:${server.port})`
    await expect
      .poll(() => store.put(key, bytes('y')).catch(messageOf))
      .toBe(`Cannot put ${JSON.stringify(key.toString())}: ${refused}`)
    const again = await server.restart()
    closing({ close: () => again.stop() })
    const codes = await failuresUntil(() => store.get(Key.of('k7')))
    expect(new Set([...codes, 'CONNECTION'])).toEqual(new Set(['CONNECTION']))
    const values = await Promise.all(Array.from({ length: 30 }, (_, n) => store.get(Key.of(`k${n}`))))
    expect(values.map(text)).toEqual(Array.from({ length: 30 }, (_, n) => `${n}`))
    await store.put(key, bytes('z'), { ifMatch: etag })
    const [before, reason, after] = lost
    expect([before, after, lost.length]).toEqual([undefined, undefined, 3])
    expect(reason).toContain(`Cannot use 127.0.0.1:${server.port}: the server cannot be reached (`)
    expect(reason).not.toContain('UNAVAILABLE')
  })

  it('E4 a wrong login and a key without write permission are ACCESS_DENIED; no error contains the password', async () => {
    const { server, client } = await startedEtcd()
    await client.put('/app/a').value('x')
    const root = client.user('root')
    await root.create(SECRET)
    await root.addRole('root')
    const reader = client.role('reader')
    await reader.create()
    await reader.grant({ permission: 'Read', range: client.range({ prefix: '/app' }) })
    const user = client.user('reader')
    await user.create(SECRET)
    await user.addRole('reader')
    await client.auth.authEnable()
    const password = { secret: 'etcd' }
    const nobody = await openDatastore({ url: server.url }).catch((error: unknown) => error)
    expect(nobody).toMatchObject({ code: 'ACCESS_DENIED' })
    const wrong = await openDatastore({ url: server.url, user: 'nobody', password }).catch(
      (error: unknown) => error,
    )
    expect(wrong).toMatchObject({ code: 'ACCESS_DENIED' })
    expect(String(wrong)).not.toContain(SECRET)
    const store = await openDatastore({ url: server.url, user: 'reader', password, prefix: '/app' })
    expect(text(await store.get(key))).toBe('x')
    await expect(store.put(key, bytes('y'))).rejects.toMatchObject({ code: 'ACCESS_DENIED', key })
    const admin = await openDatastore({ url: `etcd://root@${server.url.slice(7)}`, password, prefix: '/app' })
    await admin.put(key, bytes('y'))
    await clientOf(server.port, { username: 'root', password: SECRET }).auth.authDisable()
  })

  it('E112 the certificate of each member has to match the host of its own address', async ({ skip }) => {
    skip(noOpenssl !== undefined, noOpenssl)
    const named = await stopping(startEtcd({ tls: 'server' }))
    const { certificates } = named
    const numbered = await stopping(startEtcd({ tls: 'server', certificates, as: 'address' }))
    const tls = { ca: certificates?.ca ?? '' }
    const nowhere = await freePort()
    // The first member does not exist, so the other one answers.
    const right = await openDatastore({ url: `etcd://localhost:${nowhere},127.0.0.1:${numbered.port}`, tls })
    await right.put(key, bytes('x'))
    expect(text(await right.get(key))).toBe('x')
    const refused = { code: 'ACCESS_DENIED', message: expect.stringContaining('certificate') as string }
    const swapped = `etcd://localhost:${numbered.port},127.0.0.1:${named.port}`
    await expect(openDatastore({ url: swapped, tls })).rejects.toMatchObject(refused)
    const both = { ...tls, servername: 'localhost' }
    const one = await openDatastore({ url: `etcd://127.0.0.1:${named.port}`, tls: both })
    expect(await one.has(key)).toBe(false)
  }, 60_000)

  it('E112 also through a tunnel', async ({ skip }) => {
    const missing = noOpenssl ?? noSshd
    skip(missing !== undefined, missing)
    const [named, ssh] = [await stopping(startEtcd({ tls: 'server' })), await stopping(startSshServer())]
    const { certificates } = named
    const numbered = await stopping(startEtcd({ tls: 'server', certificates, as: 'address' }))
    const { port, user, keyPath, knownHostsPath } = ssh
    const tls = { ca: certificates?.ca ?? '' }
    const through = {
      tunnel: { host: '127.0.0.1', port, user, key: keyPath, knownHosts: knownHostsPath },
      tls,
    }
    const nowhere = await freePort()
    const url = `etcd://localhost:${nowhere},127.0.0.1:${numbered.port}`
    expect(await (await openDatastore({ url, ...through })).has(key)).toBe(false)
    const swapped = `etcd://localhost:${numbered.port},127.0.0.1:${named.port}`
    await expect(openDatastore({ url: swapped, ...through })).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
  }, 60_000)

  it('E112 a user signs in to a member by the name of its certificate, also through a tunnel', async ({
    skip,
  }) => {
    const missing = noOpenssl ?? noSshd
    skip(missing !== undefined, missing)
    const [server, ssh] = [await stopping(startEtcd({ tls: 'server' })), await stopping(startSshServer())]
    const ca = server.certificates?.ca ?? ''
    const hosts = `https://localhost:${server.port}`
    const admin = new Etcd3({ hosts, credentials: { rootCertificate: await readFile(ca) } })
    closing({
      close: async () => {
        admin.close()
      },
    })
    const root = admin.user('root')
    await root.create(SECRET)
    await root.addRole('root')
    await admin.auth.authEnable()
    const signIn = { user: 'root', password: { secret: 'etcd' } }
    const { port, user, keyPath, knownHostsPath } = ssh
    const tunnel = { host: '127.0.0.1', port, user, key: keyPath, knownHosts: knownHostsPath }
    const through = await openDatastore({
      url: `etcd://localhost:${server.port}`,
      tunnel,
      tls: { ca },
      ...signIn,
    })
    expect(await through.has(key)).toBe(false)
    const url = `etcd://127.0.0.1:${server.port}`
    const named = await openDatastore({ url, tls: { ca, servername: 'localhost' }, ...signIn })
    expect(await named.has(key)).toBe(false)
    const other = openDatastore({ url, tls: { ca, servername: 'other.example' }, ...signIn })
    await expect(other).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
  }, 60_000)

  it('E4 E80 a value over the limit is VALUE_INVALID, and later calls succeed: no circuit breaker opens', async () => {
    const { server, client } = await startedEtcd()
    const store = await openDatastore({ url: server.url, layout: 'path' })
    const most = store.capabilities.limits.valueBytes ?? 0
    expect(most).toBeGreaterThan(1_500_000)
    await store.put(key, new Uint8Array(most))
    await expect(store.put(key, new Uint8Array(most + 1))).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      key,
    })
    // Over the limit of the server, though each value is below it.
    const large = store.batch()
    for (const name of ['b', 'c']) large.put(Key.of(name), new Uint8Array(1_000_000))
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(large.commit()).rejects.toMatchObject({ code: 'VALUE_INVALID' })
    }
    expect((await store.get(key)).length).toBe(most)
    expect(await client.get('/b')).toBe(null)
  })

  it('E20 the connection test reports what was reached, and changes nothing', async () => {
    const { server, client } = await startedEtcd()
    await client.put('/a').value('x')
    const { ok, steps, rights } = await testEtcd({ url: server.url, timeout: 3000 }, context)
    expect(steps.map(({ detail }) => detail).join('; ')).toMatch(
      /127\.0\.0\.1:\d+ in [\d.]+ ms; the connection is not encrypted; without a user; etcd 3\.\d+\.\d+, at revision 2; one member; 1 keys; [\d.]+ ms for a read/,
    )
    expect([ok, rights.write, rights.liveChanges]).toEqual([true, true, true])
    expect(await client.getAll().keys()).toEqual(['/a'])
    const gone = await testEtcd({ url: `etcd://127.0.0.1:${await freePort()}`, timeout: 3000 }, context)
    expect([gone.ok, gone.steps.length, gone.steps[0]?.ok]).toEqual([false, 1, false])
  })

  it('E6 an address with a password or with an invalid host is rejected', async () => {
    for (const url of ['etcd://u:p@a:1,b:2', 'etcd://a:1,b:x', 'etcd://a:1,', 'http://a:1']) {
      const failed = await openDatastore({ url }).catch((error: unknown) => error)
      expect([url, failed]).toMatchObject([url, { code: 'CONFIG_INVALID' }])
    }
  })
})
