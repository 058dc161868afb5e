import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { open as openClient } from 'lmdb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { codeOf } from '../../../../../src/core/errors.ts'
import { Key } from '../../../../../src/core/key.ts'
import { LmdbDatastore } from '../../../../../src/core/node/engines/lmdb/lmdb-datastore.ts'
import { findLmdb } from '../../../../../src/core/node/engines/lmdb/lmdb-file.ts'
import { openLmdb } from '../../../../../src/core/node/engines/lmdb/open-lmdb.ts'
import { walkKeys } from '../../../../../src/testkit/suite.ts'
import { bytesOf } from '../../fs/bytes-of.ts'
import { pathsBelow, TempRoots } from '../../fs/temp-root.ts'
import { fixture } from './fixtures.ts'

const roots = new TempRoots()
const repository = join(import.meta.dirname, '../../../../..')
let path: string
const a = Key.of('a')

beforeEach(async () => {
  path = await roots.make()
})
afterEach(() => roots.remove())

/** Runs a program in another process, with the client as `lmdb` and the folder as `path`. */
async function elsewhere(program: string): Promise<void> {
  const whole = `const lmdb = require('lmdb'); const path = process.argv[1];
    const open = options => lmdb.open({ path, noSubdir: false, keyEncoding: 'binary', encoding: 'binary', ...options });
    (async () => { ${program} })()`
  const child = spawn(process.execPath, ['-e', whole, path], { cwd: repository, stdio: 'inherit' })
  expect(await new Promise(resolve => child.once('exit', resolve))).toBe(0)
}

const sumOf = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

describe('opening LMDB', () => {
  it('E7 without the client, opening names the package to install, and creates nothing', async () => {
    const absent = () =>
      Promise.reject(Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }))
    const options = { readOnly: false, create: true, database: undefined }
    await expect(openLmdb(join(path, 'new'), options, absent)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('npm install lmdb') as string,
    })
    expect(await pathsBelow(path)).toEqual([])
  })

  it('E8 a file or folder that is not LMDB is rejected and stays unchanged', async () => {
    await mkdir(join(path, 'photos'))
    await writeFile(join(path, 'photos', 'a.jpg'), 'x')
    await writeFile(join(path, 'text'), 'no database, but more than a page'.repeat(1000))
    await writeFile(join(path, 'short'), 'x')
    await mkdir(join(path, 'folder'))
    await writeFile(join(path, 'folder', 'data.mdb'), new Uint8Array(8192))
    const before = await pathsBelow(path)
    for (const name of ['photos', 'text', 'short', 'folder', 'folder/data.mdb']) {
      await expect(LmdbDatastore.open(join(path, name))).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    }
    expect(await pathsBelow(path)).toEqual(before)
  })

  it('E8 a file that grows during recognition is not rejected as truncated', async () => {
    const store = await LmdbDatastore.open(path)
    const over = new AbortController()
    const grow = async () => {
      for (let round = 0; !over.signal.aborted; round++)
        await store.put(Key.of(`${round}`), new Uint8Array(20_000))
    }
    const growing = grow()
    for (let round = 0; round < 100; round++) {
      const looks = await Promise.allSettled(Array.from({ length: 8 }, () => findLmdb(path, false)))
      const failed = looks.filter(({ status }) => status === 'rejected')
      if (failed.length > 0) over.abort()
      expect(failed).toEqual([])
    }
    over.abort()
    await growing
    await store.close()
  })

  it('E8 an empty or missing place becomes a store, but not without create or when read-only', async () => {
    for (const options of [{ create: false }, { readOnly: true }]) {
      for (const place of [path, join(path, 'missing'), join(path, 'missing.mdb')])
        await expect(LmdbDatastore.open(place, options)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    }
    expect(await pathsBelow(path)).toEqual([])
    for (const [place, file] of [
      ['some/new', 'some/new/data.mdb'],
      ['other/new.mdb', 'other/new.mdb'],
    ] as const) {
      await using store = await LmdbDatastore.open(join(path, place))
      await store.put(a, bytesOf('x'))
      expect(await pathsBelow(path)).toContain(file)
      await using again = await LmdbDatastore.open(join(path, file))
      expect(await again.get(a)).toEqual(bytesOf('x'))
    }
  })

  it('E8 a truncated or damaged file fails with a code, and does not crash the process', async () => {
    const store = await LmdbDatastore.open(path)
    for (let index = 0; index < 50; index++) await store.put(Key.of(`k${index}`), new Uint8Array(20_000))
    await store.close()
    const file = join(path, 'data.mdb')
    const whole = await readFile(file)
    const codes: string[] = []
    for (const size of [100, 4096, 4100, 8192, 40_000, whole.length - 4096]) {
      await writeFile(file, whole)
      await truncate(file, size)
      codes.push(await LmdbDatastore.open(path).then(() => 'open', codeOf))
    }
    for (const at of [24, 28, 48, 4096 + 24, 4096 + 28]) {
      await writeFile(file, whole.with(at, 0x77))
      codes.push(await LmdbDatastore.open(path).then(() => 'open', codeOf))
    }
    expect(new Set(codes)).toEqual(new Set(['CONFIG_INVALID', 'CORRUPT']))
    await writeFile(file, whole)
    await using again = await LmdbDatastore.open(path)
    expect((await again.get(Key.of('k7'))).length).toBe(20_000)
  })

  it.each(['folder', 'file'])(
    'E8 a %s written by stock LMDB is opened read-only, and stays unchanged',
    async kind => {
      const file = kind === 'folder' ? join(path, 'data.mdb') : join(path, 'any name')
      await writeFile(file, fixture('plain.mdb'))
      const before = [await pathsBelow(path), await sumOf(file)]
      const place = kind === 'folder' ? path : file
      await using store = await LmdbDatastore.open(place)
      expect(store.capabilities.writable).toBe(false)
      expect((await store.get(Key.of('key', '77'))).length).toBe((77 * 77 * 7 + 1) % 300)
      expect((await walkKeys(store)).length).toBe((await store.stats()).entries)
      await expect(store.put(a, bytesOf('x'))).rejects.toMatchObject({ code: 'READ_ONLY' })
      expect([await pathsBelow(path), await sumOf(file)]).toEqual(before)
      await expect(LmdbDatastore.open(place, { layout: 'strata' })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      })
      await writeFile(file, fixture('databases.mdb'))
      await using named = await LmdbDatastore.open(place, { database: 'named', leading: false })
      expect(await named.get(Key.of('name 7'))).toEqual(bytesOf('value 7'))
      await expect(LmdbDatastore.open(place, { database: 'none' })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      })
    },
  )

  it('E2 a file of another program with the same client can be read and edited', async () => {
    await elsewhere(
      `const db = open(); await db.put(Buffer.from('/a/b'), Buffer.from('one')); await db.close()`,
    )
    {
      await using store = await LmdbDatastore.open(path)
      expect(await store.get(Key.of('a', 'b'))).toEqual(bytesOf('one'))
      await store.put(Key.of('a', 'c'), bytesOf('two'))
    }
    const db = openClient<Buffer, Buffer>({
      path,
      noSubdir: false,
      keyEncoding: 'binary',
      encoding: 'binary',
    })
    expect(db.get(Buffer.from('/a/c'))).toEqual(Buffer.from('two'))
    await db.close()
  })

  it('E3 stores in this process share the file, in any order of opening, and read-only ones keep working', async () => {
    await (await LmdbDatastore.open(path)).close()
    const reader = await LmdbDatastore.open(path, { readOnly: true })
    expect(await reader.has(a)).toBe(false)
    const writer = await LmdbDatastore.open(path)
    await writer.put(a, bytesOf('x'))
    expect(await reader.get(a)).toEqual(bytesOf('x'))
    await expect(reader.put(a, bytesOf('y'))).rejects.toMatchObject({ code: 'READ_ONLY' })
    await using named = await LmdbDatastore.open(path, { database: 'named' })
    await named.put(a, bytesOf('named'))
    await writer.close()
    expect(await reader.get(a)).toEqual(bytesOf('x'))
    await reader.close()
    expect(await named.get(a)).toEqual(bytesOf('named'))
  })

  it('E8 read-only does not change the data', async () => {
    const store = await LmdbDatastore.open(path)
    await store.put(a, bytesOf('x'))
    await store.close()
    const before = await sumOf(join(path, 'data.mdb'))
    await using again = await LmdbDatastore.open(path, { readOnly: true })
    expect(await again.get(a)).toEqual(bytesOf('x'))
    expect(await sumOf(join(path, 'data.mdb'))).toBe(before)
    await expect(LmdbDatastore.open(path, { readOnly: true, database: 'none' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
  })

  it('D12 D33 writes of another process are visible, reported, and checked by ifMatch', async () => {
    await using store = await LmdbDatastore.open(path, { layout: 'path' })
    const { etag } = await store.put(a, bytesOf('x'))
    const changes = store.watch(Key.root)[Symbol.asyncIterator]()
    const first = changes.next()
    await elsewhere(`const db = open(); await db.put(Buffer.from('/a'), Buffer.from('y')); await db.close()`)
    expect((await first).value).toMatchObject({ type: 'resync' })
    expect(await store.get(a)).toEqual(bytesOf('y'))
    await expect(store.put(a, bytesOf('z'), { ifMatch: etag })).rejects.toMatchObject({ code: 'CONFLICT' })
    await changes.return?.()
  })

  it('D9 odd names written by others are listed at once', async () => {
    await using store = await LmdbDatastore.open(path, { layout: 'path' })
    await store.put(a, bytesOf('x'))
    const names = async () => (await store.list(Key.root)).children.map(({ name }) => name)
    expect(await names()).toEqual(['a'])
    await using beside = await LmdbDatastore.open(path, { layout: 'path' })
    await beside.put(Key.of('\ufffd%FE'), bytesOf('x'))
    expect(await names()).toEqual(['a', '\ufffd%FE'])
    await elsewhere(
      `const db = open(); await db.put(Buffer.from([0x2f, 0xff]), Buffer.from('y')); await db.close()`,
    )
    expect(await names()).toEqual(['a', '\ufffd%FE', '\ufffd%FF'])
    await store.delete(Key.of('\ufffd%FF'))
    expect(await names()).toEqual(['a', '\ufffd%FE'])
  })

  it('E3 no increment is lost when two processes increment one value', async () => {
    await using store = await LmdbDatastore.open(path, { layout: 'path' })
    await store.put(a, bytesOf('0'))
    const other = elsewhere(`
      const db = open(), key = Buffer.from('/a')
      for (let step = 0; step < 100; step++)
        await db.transaction(() => { db.put(key, Buffer.from(String(Number(db.get(key)) + 1))) })
      await db.close()`)
    for (let step = 0; step < 100; ) {
      const { etag } = await store.stat(a)
      const found = new TextDecoder().decode(await store.get(a))
      const done = store.put(a, bytesOf(String(Number(found) + 1)), { ifMatch: etag })
      step += await done.then(
        () => 1,
        () => 0,
      )
    }
    await other
    expect(await store.get(a)).toEqual(bytesOf('200'))
  })

  it('D45 a key over the limit of LMDB is KEY_INVALID, and lists end before it', async () => {
    await using store = await LmdbDatastore.open(path, { layout: 'path' })
    const long = Key.of('x'.repeat(1977))
    await store.put(long, bytesOf('x'))
    await expect(store.put(Key.of('x'.repeat(1978)), bytesOf('x'))).rejects.toMatchObject({
      code: 'KEY_INVALID',
    })
    expect(await walkKeys(store)).toEqual([long.toString()])
    expect((await store.list(Key.root, { reverse: true })).children).toHaveLength(1)
    expect((await store.list(long)).children).toEqual([])
  })
})
