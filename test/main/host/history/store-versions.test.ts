import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { S3Datastore } from '../../../../src/core/node/engines/s3/s3-datastore.ts'
import type { StackDocument } from '../../../../src/core/stack/document.ts'
import { git } from '../../../core/node/engines/git/git.ts'
import { S3Double } from '../../../servers/s3-double.ts'
import { missing } from '../../../servers/server-process.ts'
import { text } from '../../../text.ts'
import { afterTest, bytesOf, connect, type TestHost, tempFolder, testHost } from '../test-host.ts'

const noGit = missing('git', 'git')
beforeEach(({ skip }) => skip(noGit !== undefined, noGit))

/** A working tree with two commits of `a.txt`, the second one by Bob. */
async function repository(): Promise<string> {
  const folder = join(await tempFolder(), 'films')
  execFileSync('git', ['init', '--quiet', '-b', 'main', folder])
  await git(folder, 'config', 'user.name', 'Ann')
  await git(folder, 'config', 'user.email', 'ann@example.org')
  await commit(folder, 'first')
  await commit(folder, 'second')
  return folder
}

/** Commits a value of `a.txt`, as another program does. */
async function commit(folder: string, value: string): Promise<string> {
  execFileSync('sh', ['-c', `printf ${value} > a.txt`], { cwd: folder })
  await git(folder, 'add', 'a.txt')
  await git(folder, 'commit', '--quiet', '-m', `Make it ${value}`)
  return git(folder, 'rev-parse', 'HEAD')
}

/** A page of a session. */
async function at(open: (host: TestHost) => Promise<{ readonly id: string }>) {
  const host = await testHost()
  const { id: session } = await open(host)
  const page = await connect(host)
  const versions = async (key: string) => (await page.call('history.versions', { session, key })).versions
  const value = async (key: string, id: string) =>
    text((await page.call('history.version', { session, key, id })).bytes)
  return { page, session, versions, value }
}

/** A session over a stack. */
function opened(root: StackDocument['root']) {
  return at(async host =>
    (await connect(host)).call('sessions.open', {
      source: { type: 'document', document: { strata: 1, root } },
    }),
  )
}

describe('versions that the store keeps', () => {
  it('E114 the commits of a key are listed with hash, author, message and time, and can be read and restored', async () => {
    const path = await repository()
    const head = await git(path, 'rev-parse', 'HEAD')
    const { page, session, versions, value } = await opened({ kind: 'git', path })
    const key = '/a.txt'
    const [latest, first] = await versions(key)
    expect([latest, first]).toMatchObject([
      {
        id: `store:${head}`,
        source: 'store',
        label: head.slice(0, 7),
        author: 'Bob',
        message: 'Make it second',
      },
      { source: 'store', message: 'Make it first', state: 'recorded' },
    ])
    expect(latest?.time).toBe(1000 * Number(await git(path, 'log', '-1', '--format=%ct')))
    expect(await value(key, first?.id ?? '')).toBe('first')
    const { etag } = await page.call('store.stat', { session, key })
    await page.call('history.restore', { session, key, id: first?.id ?? '', ifMatch: etag })
    expect(await git(path, 'show', 'HEAD:a.txt')).toBe('first')
    const now = await versions(key)
    expect(now.map(({ source }) => source)).toEqual(['store', 'store', 'store', 'put', 'found'])
    await page.call('store.delete', { session, key })
    expect((await versions(key))[0]).toMatchObject({ source: 'store', state: 'absent' })
    await expect(value(key, (await versions(key))[0]?.id ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(value(key, 'store:--all')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('E114 they are shown if no history is recorded', async () => {
    const { page, session, versions } = await opened({ kind: 'git', path: await repository() })
    await page.call('history.setOn', { session, isOn: false })
    expect((await versions('/a.txt')).map(({ source }) => source)).toEqual(['store', 'store'])
    expect(await versions('/b.txt')).toEqual([])
  })

  it('E113 E114 in a composed stack, the versions of the store that has the key are shown', async () => {
    const path = await repository()
    const branch = { kind: 'git', path }
    const memory = { kind: 'memory' }
    const tiers = [memory, { kind: 'sharded', shards: [branch] }]
    const mounts = { '/': memory, '/up/branch': { kind: 'tiered', tiers } }
    const root = { kind: 'namespace', prefix: '/up', store: { kind: 'mount', mounts } }
    const { page, session, versions, value } = await opened(root)
    const found = await versions('/branch/a.txt')
    expect(found.map(({ message }) => message)).toEqual(['Make it second', 'Make it first'])
    expect(await value('/branch/a.txt', found[1]?.id ?? '')).toBe('first')
    await page.call('store.put', { session, key: '/other', bytes: bytesOf('x') })
    expect((await versions('/other')).map(({ source }) => source)).toEqual(['put'])
  })

  it('E114 versions of an object in a bucket are shown by the start of their ids, and can be restored', async () => {
    const double = await S3Double.start({ keepsVersions: true })
    afterTest(() => double.stop())
    double.fill([
      ['a', 'one'],
      ['a', 'other'],
    ])
    const { endpoint } = double
    const options = {
      url: 's3://bucket',
      endpoint,
      user: 'user',
      password: { secret: 'key' },
      layout: 'path',
    } as const
    const store = await S3Datastore.open(options, { secret: () => Promise.resolve('secret') })
    const { page, session, versions, value } = await at(host => host.openStore('Bucket', store))
    const [latest, first] = await versions('/a')
    expect([latest, first]).toMatchObject([{ size: 5 }, { size: 3, source: 'store' }])
    expect(`store:${first?.label}`).toBe(first?.id.slice(0, 'store:'.length + 8))
    expect(await value('/a', first?.id ?? '')).toBe('one')
    const { etag } = await page.call('store.stat', { session, key: '/a' })
    await page.call('history.restore', { session, key: '/a', id: first?.id ?? '', ifMatch: etag })
    expect(double.textOf('a')).toBe('one')
  })
})
