import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { S3Datastore, type S3Options } from '../../../../../src/core/node/engines/s3/s3-datastore.ts'
import { testS3 } from '../../../../../src/core/node/engines/s3/test-connection.ts'
import { Proxy } from '../../../../servers/proxy.ts'
import { noRadosgw, RADOSGW_SECRET, type Radosgw, startRadosgw } from '../../../../servers/radosgw.ts'
import { bytes, text } from '../../../../text.ts'
import { describeConnection } from '../connecting.ts'
import { closing, context, onServers } from '../server-context.ts'
import { clientOf, newBucket } from './s3-context.ts'

let server: Radosgw
let bucket: string
beforeAll(async () => {
  if (noRadosgw !== undefined) return
  server = await startRadosgw()
  const client = clientOf(server)
  bucket = await newBucket(client)
  client.destroy()
}, 150_000)
afterAll(() => (noRadosgw === undefined ? server.stop() : undefined))

describeConnection<S3Options>({
  name: 'an S3 server',
  kind: 's3',
  missing: noRadosgw,
  start: async ({ tls }) => {
    const proxy = await Proxy.start(Number(new URL(server.endpoint).port), { tls })
    return proxy
  },
  at: ({ host, port, isEncrypted }) => ({
    url: `s3://${bucket}`,
    endpoint: `http${isEncrypted ? 's' : ''}://${host}:${port}`,
    user: server.user,
    password: { secret: 's3' },
  }),
  open: (options, given) => S3Datastore.open(options, given),
  test: (options, given) => testS3(options, given),
  signIn: {},
  password: RADOSGW_SECRET,
  unencrypted: 'IO',
})

/** Files of the AWS tools, with the environment variables that name them. */
async function awsFiles(files: { readonly credentials?: string; readonly config?: string }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'strata-aws-'))
  closing({ close: () => rm(folder, { recursive: true }) })
  for (const [name, variable] of [
    ['credentials', 'AWS_SHARED_CREDENTIALS_FILE'],
    ['config', 'AWS_CONFIG_FILE'],
  ] as const) {
    await writeFile(join(folder, name), files[name] ?? '')
    vi.stubEnv(variable, join(folder, name))
  }
}

const keyOf = (profile: string, id: string, secret = 'x') =>
  `[${profile}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`

/** The user and the region in the signature of the first request, as a server receives them. */
async function signedBy(options: Partial<S3Options>): Promise<string> {
  let seen = ''
  const server = createServer((request, response) => {
    seen ||= request.headers.authorization ?? ''
    response.writeHead(403).end()
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const endpoint = `http://127.0.0.1:${port}`
  const opening = S3Datastore.open({ url: 's3://bucket', endpoint, timeout: 5000, ...options }, context)
  await expect(opening).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
  server.closeAllConnections()
  await new Promise(done => server.close(done))
  const [, id, region] = /Credential=([^/]+)\/\d+\/([^/]+)\/s3/.exec(seen) ?? []
  return `${id} in ${region}`
}

describe('credentials of the AWS tools', () => {
  onServers(undefined)
  beforeEach(() => {
    for (const name of [
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_PROFILE',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
    ])
      vi.stubEnv(name, undefined)
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('E106 signs in with a profile: that of the document, or else that of the environment', async ({
    skip,
  }) => {
    skip(noRadosgw !== undefined, noRadosgw)
    await awsFiles({ credentials: keyOf('default', 'nobody') + keyOf('work', server.user, RADOSGW_SECRET) })
    const options = { url: `s3://${bucket}`, endpoint: server.endpoint, timeout: 5000 }
    const store = closing(await S3Datastore.open({ ...options, profile: 'work' }, context))
    await store.put(Key.of('a'), bytes('x'))
    await expect(S3Datastore.open(options, context)).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    vi.stubEnv('AWS_PROFILE', 'work')
    const again = closing(await S3Datastore.open(options, context))
    expect(text(await again.get(Key.of('a')))).toBe('x')
  })

  it('E106 the region comes from the document, the environment or the profile, in this order, or is us-east-1', async () => {
    await awsFiles({
      credentials: keyOf('default', 'first') + keyOf('work', 'second'),
      config: '[default]\nregion = eu-west-1\n[profile work]\nregion = eu-central-1\n[profile bare]\n',
    })
    const profile = 'work'
    expect(await signedBy({})).toBe('first in eu-west-1')
    expect(await signedBy({ profile })).toBe('second in eu-central-1')
    expect(await signedBy({ profile, region: 'sa-east-1' })).toBe('second in sa-east-1')
    vi.stubEnv('AWS_REGION', 'ap-south-1')
    expect(await signedBy({ profile })).toBe('second in ap-south-1')
    vi.stubEnv('AWS_REGION', undefined)
    const own = { user: 'own', password: { secret: 's3' } }
    expect(await signedBy(own)).toBe('own in us-east-1')
    await awsFiles({ credentials: keyOf('work', 'second') })
    expect(await signedBy({ profile })).toBe('second in us-east-1')
  })

  it('E106 an unknown profile, and a profile together with a user, are rejected', async () => {
    await awsFiles({ credentials: keyOf('work', 'second') })
    const options = { url: 's3://bucket', endpoint: 'http://127.0.0.1:1', timeout: 5000 }
    const unknown = S3Datastore.open({ ...options, profile: 'nobody' }, context)
    await expect(unknown).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    const both = { ...options, profile: 'work', user: 'own', password: { secret: 's3' } }
    await expect(S3Datastore.open(both, context)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
