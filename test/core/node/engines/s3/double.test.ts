import { afterEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { S3Datastore, type S3Options } from '../../../../../src/core/node/engines/s3/s3-datastore.ts'
import type { NodeStatus } from '../../../../../src/core/stack/kind.ts'
import { S3Double, type S3DoubleOptions } from '../../../../servers/s3-double.ts'
import { bytes, text } from '../../../../text.ts'

const MIB = 1024 ** 2
const KEY = Key.of('a')

const opened: S3Datastore[] = []
const doubles: S3Double[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
  for (const one of doubles.splice(0)) await one.stop()
})

async function start(options?: S3DoubleOptions): Promise<S3Double> {
  const double = await S3Double.start(options)
  doubles.push(double)
  return double
}

async function open(
  { endpoint }: S3Double,
  options: Partial<S3Options> = {},
  report?: (change: NodeStatus) => void,
): Promise<S3Datastore> {
  const place = { url: 's3://bucket', endpoint, user: 'user', password: { secret: 'key' } }
  const context = { secret: () => Promise.resolve('the-secret-of-the-key'), report }
  const store = await S3Datastore.open({ ...place, timeout: 5000, ...options }, context)
  opened.push(store)
  return store
}

/** A stream of this many chunks of 1 MiB. */
function* pieces(count: number): Iterable<Uint8Array> {
  for (let index = 0; index < count; index++) yield new Uint8Array(MIB).fill(index)
}

describe('conditions', () => {
  it('E72 a server that supports all of them is declared so, for deletes and multipart uploads too', async () => {
    const double = await start()
    const store = await open(double, { partSize: 5 * MIB })
    const { write, remove } = store.capabilities
    expect([write.ifAbsent, write.ifMatch, remove.ifMatch]).toEqual(['everyone', 'everyone', 'everyone'])
    expect([...double.objects.keys()]).toEqual([])
    expect(double.uploads.size).toBe(0)
    await store.put(KEY, pieces(6), { replace: false })
    await expect(store.put(KEY, pieces(7), { replace: false })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    expect((await store.stat(KEY)).size).toBe(6 * MIB)
    expect(double.uploads.size).toBe(0)
  })

  it('E72 a server that silently ignores them is detected, and they are checked in this process', async () => {
    const double = await start({ ignoresConditions: true })
    const [store, beside] = [await open(double), await open(double)]
    const { write, remove } = store.capabilities
    expect([write.ifAbsent, write.ifMatch, remove.ifMatch]).toEqual(['process', 'process', 'process'])
    const puts = Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? store : beside).put(KEY, bytes(String(index)), { replace: false }),
    )
    const done = await Promise.allSettled(puts)
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const { etag } = await store.stat(KEY)
    await store.put(KEY, bytes('new'))
    await expect(store.put(KEY, bytes('late'), { ifMatch: etag })).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(store.delete(KEY, { ifMatch: etag })).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(double.textOf('a')).toBe('new')
  })

  it('E72 E4 a user without write permission can read everything, and writes are READ_ONLY', async () => {
    const double = await start({ isReadOnly: true })
    const object = { etag: 'x', time: new Date(), version: '1', headers: {} }
    double.objects.set('a', [{ ...object, bytes: Buffer.from('theirs') }])
    const store = await open(double)
    expect(store.capabilities.writable).toBe(false)
    expect(text(await store.get(KEY))).toBe('theirs')
    await expect(store.put(KEY, bytes('x'))).rejects.toMatchObject({ code: 'READ_ONLY' })
  })
})

describe('versions', () => {
  it('E74 the versions that a bucket keeps are listed, newest first, and can be read', async () => {
    const double = await start({ keepsVersions: true })
    const store = await open(double)
    for (const value of ['one', 'two', 'three']) await store.put(KEY, bytes(value))
    expect(store.capabilities.history).toBe(true)
    expect((await open(await start())).capabilities.history).toBe(false)
    const versions = await store.versions(KEY)
    expect(versions.map(({ size, isValue }) => [size, isValue])).toEqual([
      [5, true],
      [3, true],
      [3, true],
    ])
    expect(await store.versions(KEY, { limit: 1 })).toEqual(versions.slice(0, 1))
    const values = await Promise.all(versions.map(({ id }) => store.getVersion(KEY, id)))
    expect(values.map(text)).toEqual(['three', 'two', 'one'])
    await expect(store.getVersion(KEY, 'none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('failures', () => {
  it('E75 a create whose answer is lost is not retried, and fails as CONNECTION', async () => {
    const double = await start()
    const store = await open(double)
    await store.put(Key.of('begun'), bytes('x'))
    let puts = 0
    double.disturb = method => (method === 'PUT' && ++puts === 1 ? 'lose' : undefined)
    await expect(store.put(KEY, bytes('mine'), { replace: false })).rejects.toMatchObject({
      code: 'CONNECTION',
    })
    expect(puts).toBe(1)
    expect(double.textOf('a')).toBe('mine')
  })

  it('E75 other requests are retried up to three times', async () => {
    const double = await start()
    const store = await open(double)
    await store.put(KEY, bytes('x'))
    let gets = 0
    double.disturb = method => (method === 'GET' && ++gets <= 2 ? 'busy' : undefined)
    expect(text(await store.get(KEY))).toBe('x')
    expect(gets).toBe(3)
    gets = -1000
    await expect(store.get(KEY)).rejects.toMatchObject({ code: 'CONNECTION' })
    expect(gets).toBe(-997)
  })

  it('E71 an upload that the server aborts leaves no parts, and the old value', async () => {
    const double = await start()
    const store = await open(double, { partSize: 5 * MIB })
    await store.put(KEY, bytes('before'))
    double.disturb = (_, url) => (url.searchParams.get('partNumber') === '2' ? 'drop' : undefined)
    await expect(store.put(KEY, pieces(12))).rejects.toMatchObject({ code: 'CONNECTION' })
    expect(double.uploads.size).toBe(0)
    expect(double.textOf('a')).toBe('before')
  })

  it('E5 E24 a lost server is reported once and again when it is back, and watchers get resync', async () => {
    const double = await start()
    const reports: (string | undefined)[] = []
    let back: (() => void) | undefined
    const isBack = new Promise<void>(done => {
      back = done
    })
    const store = await open(double, { timeout: 2000 }, ({ lost }) => {
      reports.push(lost?.reason)
      if (lost === undefined) back?.()
    })
    await store.put(KEY, bytes('x'))
    const changes = store.watch(Key.root)[Symbol.asyncIterator]()
    const first = changes.next()
    double.disturb = () => 'drop'
    await expect(store.get(KEY)).rejects.toMatchObject({ code: 'CONNECTION' })
    await expect(store.list(Key.root)).rejects.toMatchObject({ code: 'CONNECTION' })
    double.disturb = () => undefined
    await isBack
    expect(reports).toEqual([
      expect.stringContaining(`Cannot use ${new URL(double.endpoint).host}: `),
      undefined,
    ])
    expect(await first).toMatchObject({ value: { type: 'resync' } })
    await changes.return?.()
    expect(text(await store.get(KEY))).toBe('x')
  })

  it('E70 if a server returns fewer entries than requested, its token is followed', async () => {
    const double = await start({ mostEntries: 3 })
    const store = await open(double)
    const names = Array.from({ length: 20 }, (_, index) => `n${String(index).padStart(2, '0')}`)
    for (const name of names) await store.put(Key.of(name, 'x'), bytes(name))
    const { children, cursor } = await store.list(Key.root, { limit: 15 })
    expect(children).toHaveLength(15)
    const rest = await store.list(Key.root, { limit: 15, after: cursor })
    expect([...children, ...rest.children].map(({ name }) => name)).toEqual(names.sort())
  })

  it('E70 a level of 10⁵ objects is read page by page, and a branch takes one row of a listing', async () => {
    const double = await start()
    const object = { bytes: Buffer.from('x'), etag: 'x', time: new Date(), version: '1', headers: {} }
    for (let index = 0; index < 100_000; index++) double.objects.set(`level/n${100_000 + index}`, [object])
    for (let index = 0; index < 5000; index++) double.objects.set(`other/branch/n${index}`, [object])
    const store = await open(double, { layout: 'path', readOnly: true })
    double.requests.length = 0
    const page = await store.list(Key.of('level'), { limit: 1000, after: 'n150000' })
    expect(page.children[0]?.name).toBe('n150001')
    expect(page.children).toHaveLength(1000)
    expect((await store.list(Key.of('other'))).children).toEqual([
      { name: 'branch', key: Key.parse('/other/branch'), isValue: false, isBranch: true },
    ])
    expect(double.requests.length).toBeLessThanOrEqual(5)
  })

  it('E6 no error or report contains the secret of the key', async () => {
    const double = await start()
    const reports: unknown[] = []
    const store = await open(double, { timeout: 1000 }, change => reports.push(change))
    double.disturb = () => 'drop'
    const failed: unknown = await store.get(KEY).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'CONNECTION' })
    expect(JSON.stringify([failed, String(failed), reports])).not.toContain('the-secret-of-the-key')
  })
})
