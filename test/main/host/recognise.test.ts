import { mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { nodeKinds } from '../../../src/core/node/stack.ts'
import { defineKind } from '../../../src/core/stack/kind.ts'
import { Registry } from '../../../src/core/stack/registry.ts'
import { secretReference } from '../../../src/core/stack/secret.ts'
import { serverUrl } from '../../../src/core/stack/server-url.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { splitAddress } from '../../../src/shared/address.ts'
import { connect, tempFolder, testHost } from './test-host.ts'

const received: string[] = []
const server = defineKind({
  kind: 'server',
  label: 'Server',
  help: 'A store that signs in.',
  schema: z.strictObject({
    url: serverUrl(['server', 'servers']),
    user: z.string().optional(),
    password: secretReference().optional(),
  }),
  children: 'none',
  recognition: { protocols: ['server', 'servers'] },
  open: async ({ password }, _children, context) => {
    if (password !== undefined) received.push(await context.secret(password, 'password'))
    return new MemoryDatastore()
  },
})
const cabinet = defineKind({
  kind: 'sqlite',
  label: 'Cabinet',
  help: 'A folder with a drawer.',
  schema: z.strictObject({ path: z.string() }),
  children: 'none',
  recognition: { place: async path => (path.endsWith('.cabinet') ? { path } : undefined) },
  open: async () => new MemoryDatastore(),
})
const registry = new Registry([...nodeKinds, server, cabinet])

async function opened() {
  const host = await testHost({ registry, environment: {} })
  return { host, page: await connect(host), folder: await tempFolder() }
}

describe('recognising what a user enters', () => {
  it('E11 an address is a stack of one server, and its user is an option', async () => {
    const { page } = await opened()
    expect(await page.call('sessions.recognise', { text: ' servers://app@db.example.org:7000/3 ' })).toEqual({
      kind: 'server',
      title: 'Server at db.example.org:7000/3, as app',
      source: {
        type: 'document',
        document: {
          strata: 1,
          name: 'db.example.org:7000/3',
          root: { kind: 'server', id: 'server', url: 'servers://db.example.org:7000/3', user: 'app' },
        },
      },
    })
  })

  it('E11 E30 an address of several members of a cluster is one stack, without its password', async () => {
    const { page } = await opened()
    const text = 'etcd://app:p@ss@a.example:2379,b.example:2379'
    const recognised = await page.call('sessions.recognise', { text })
    expect(recognised).toMatchObject({
      kind: 'etcd',
      title: 'etcd at a.example:2379, as app',
      source: {
        document: {
          root: {
            kind: 'etcd',
            url: 'etcd://a.example:2379,b.example:2379',
            user: 'app',
            password: { secret: 'app-a.example' },
          },
        },
      },
    })
    expect(JSON.stringify(recognised)).not.toContain('p@ss')
    expect(await page.call('sessions.recognise', { text: 'memcached://a.example' })).toMatchObject({
      kind: 'memcached',
      source: { document: { root: { kind: 'memcached', url: 'memcached://a.example' } } },
    })
  })

  it('E30 a password of the command line is a secret until the program ends', async () => {
    received.length = 0
    const { host, page } = await opened()
    const source = await host.recognise('server://app:p%40ss:w@rd@db.example.org')
    expect(JSON.stringify(source)).not.toMatch(/p%40ss|p@ss/)
    await host.open(source)
    expect(received).toEqual(['p@ss:w@rd'])
    const { secrets } = await page.call('secrets.state', {})
    expect(secrets).toEqual([{ name: 'app-db.example.org', from: 'run', isReadable: true }])
  })

  it('E11 the same address opens one session', async () => {
    const { host } = await opened()
    const [one, two] = [await host.recognise('server://a'), await host.recognise('server://a')]
    expect((await host.open(one)).id).toBe((await host.open(two)).id)
    expect((await host.open(await host.recognise('server://b'))).id).not.toBe((await host.open(one)).id)
  })

  it.each([
    ['gopher://example.org', 'UNSUPPORTED', /"gopher"; addresses begin with .*server:\/\/, servers:\/\//],
    ['server://', 'UNSUPPORTED', /names no host/],
    ['/nowhere/at/all', 'NOT_FOUND', /\/nowhere\/at\/all/],
    ['sqlite:/nowhere.cabinets', 'NOT_FOUND', /nowhere/],
  ])('E11 refuses what cannot be opened, with the reason: %s', async (text, code, message) => {
    const { page } = await opened()
    const call = page.call('sessions.recognise', { text })
    await expect(call).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  it('E11 a path is recognised by its content: a location of some kind, a folder, a stack file', async () => {
    const { page, folder } = await opened()
    const at = (name: string) => join(folder, name)
    await mkdir(at('a.cabinet'))
    await mkdir(at('folder'))
    await writeFile(at('x.stack.json'), '{}')
    const named = (text: string) => page.call('sessions.recognise', { text })
    expect(await named(at('a.cabinet'))).toMatchObject({ kind: 'sqlite', title: 'Cabinet a.cabinet' })
    expect(await named(at('folder'))).toMatchObject({ source: { type: 'folder', path: at('folder') } })
    expect(await named(at('x.stack.json'))).toMatchObject({ source: { type: 'stackFile' } })
    expect(await named(`sqlite:${at('a.cabinet')}`)).toMatchObject({ kind: 'sqlite' })
    await expect(named(`sqlite:${at('folder')}`)).rejects.toThrow(
      /as Cabinet: this folder has another format/,
    )
    expect(await named('~')).toMatchObject({ source: { path: homedir() } })
  })

  it.each([
    ['redis://h', { address: 'redis://h', user: undefined, password: undefined }],
    ['redis://u@h/1', { address: 'redis://h/1', user: 'u', password: undefined }],
    ['redis://:p@h', { address: 'redis://h', user: undefined, password: 'p' }],
    ['redis://u:p:q@r@h:1/2?x=a@b', { address: 'redis://h:1/2?x=a@b', user: 'u', password: 'p:q@r' }],
    ['redis://u:%zz@h', { address: 'redis://h', user: 'u', password: '%zz' }],
    ['/a/b:c@d', { address: '/a/b:c@d', user: undefined, password: undefined }],
  ])('E11 removes the password from %s', (text, expected) => {
    expect(splitAddress(text)).toEqual(expected)
  })
})

describe('testing a document', () => {
  const tested = async (root: Record<string, unknown>) => {
    const { page } = await opened()
    const report = await page.call('sessions.test', { document: { strata: 1, root } })
    expect(await page.call('sessions.list', {})).toEqual({ sessions: [] })
    return report
  }

  it('E20 a node that is not a server is opened, checked and closed again', async () => {
    const report = await tested({ kind: 'read-only', store: { kind: 'memory' } })
    expect(report.steps.map(({ name, ok }) => [name, ok])).toEqual([
      ['reach', true],
      ['keys', true],
      ['latency', true],
    ])
    expect(report).toMatchObject({ ok: true, rights: { read: true, write: false, liveChanges: false } })
  })

  it('E20 a node that cannot be opened is a failed step with its reason', async () => {
    const report = await tested({ kind: 'fs', path: '/nowhere/at/all', create: false })
    expect(report).toMatchObject({ ok: false, steps: [{ name: 'reach', ok: false }], rights: {} })
    expect(report.steps[0]?.detail).toContain('/nowhere/at/all')
  })

  it('E20 an invalid document is refused with the position of the error', async () => {
    await expect(tested({ kind: 'server', url: 'server://h', password: 'literal' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      path: 'root.password',
    })
  })
})
