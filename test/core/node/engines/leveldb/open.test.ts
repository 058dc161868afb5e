import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ClassicLevel } from 'classic-level'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { LevelDatastore } from '../../../../../src/core/node/engines/leveldb/leveldb-datastore.ts'
import { openLevel } from '../../../../../src/core/node/engines/leveldb/open-level.ts'
import { bytesOf } from '../../fs/bytes-of.ts'
import { bundle } from '../../fs/crash/bundle.ts'
import { pathsBelow, TempRoots } from '../../fs/temp-root.ts'

const roots = new TempRoots()
const repository = join(import.meta.dirname, '../../../../..')
const children: ChildProcess[] = []
let path: string
const a = Key.of('a')

beforeEach(async () => {
  path = await roots.make()
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await roots.remove()
})

/** Runs a command and returns the first line that it prints. It keeps running until the test ends. */
function firstLineOf(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return new Promise((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve)
    child.once('error', reject)
  })
}

/**
 * Opens the folder in another process, which keeps it open.
 * @returns `open`, or the code of the failure.
 */
function openElsewhere(folder: string): Promise<string> {
  const program = `
    const { ClassicLevel } = require('classic-level')
    const level = new ClassicLevel(process.argv[1])
    level.open().then(() => console.log('open'), error => console.log(error.cause.code))
    setInterval(() => {}, 1000)`
  return firstLineOf(process.execPath, ['-e', program, folder])
}

describe('opening a LevelDB folder', () => {
  it('E7 without the client, opening names the package to install, and creates no folder', async () => {
    const absent = () =>
      Promise.reject(Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }))
    const folder = join(path, 'new')
    const opening = openLevel(folder, { readOnly: false, create: true, inline: true }, absent)
    await expect(opening).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('npm install classic-level') as string,
    })
    expect(await pathsBelow(path)).toEqual([])
  })

  it('E8 a folder with other files, a RocksDB folder and a file are rejected and stay unchanged', async () => {
    const folders = { files: 'notes.txt', rocks: 'IDENTITY', odd: 'other' }
    for (const [name, file] of Object.entries(folders)) {
      await mkdir(join(path, name))
      await writeFile(join(path, name, file), 'x')
      if (name !== 'files') await writeFile(join(path, name, 'CURRENT'), 'MANIFEST-x')
    }
    const before = await pathsBelow(path)
    for (const name of [...Object.keys(folders), 'files/notes.txt'])
      await expect(LevelDatastore.open(join(path, name))).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(await pathsBelow(path)).toEqual(before)
  })

  it('E8 an empty or missing folder becomes a store, but not without create or when read-only', async () => {
    for (const options of [{ create: false }, { readOnly: true }]) {
      for (const folder of [path, join(path, 'missing')])
        await expect(LevelDatastore.open(folder, options)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    }
    expect(await pathsBelow(path)).toEqual([])
    await using store = await LevelDatastore.open(join(path, 'some', 'new'))
    await store.put(a, bytesOf('x'))
  })

  it('E4 a folder that another program has open is CONFLICT, for LevelDB and for Go', async () => {
    await (await LevelDatastore.open(path)).close()
    expect(await openElsewhere(path)).toBe('open')
    await expect(LevelDatastore.open(path)).rejects.toMatchObject({ code: 'CONFLICT' })
    const other = await roots.make()
    await (await LevelDatastore.open(other)).close()
    expect(
      await firstLineOf('flock', ['--no-fork', join(other, 'LOCK'), 'sh', '-c', 'echo held; exec sleep 60']),
    ).toBe('held')
    await expect(LevelDatastore.open(other)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('Kubo') as string,
    })
    await using copy = await LevelDatastore.open(other, { readOnly: true })
    expect((await copy.list(Key.root)).children).toEqual([])
  })

  it('E3 a second store in this process shares the first one, and the lock is held until both are closed', async () => {
    const one = await LevelDatastore.open(path)
    const two = await LevelDatastore.open(join(path, '..', path.split('/').at(-1) ?? ''))
    await one.put(a, bytesOf('x'))
    expect(await two.get(a)).toEqual(bytesOf('x'))
    await one.close()
    await expect(one.get(a)).rejects.toMatchObject({ code: 'CLOSED' })
    expect(await openElsewhere(path)).toBe('LEVEL_LOCKED')
    await two.put(a, bytesOf('y'))
    await two.close()
    expect(await openElsewhere(path)).toBe('open')
  })

  it('E3 D21 a value that expires in one store is absent in another one on the same folder', async () => {
    await using one = await LevelDatastore.open(path)
    await using two = await LevelDatastore.open(path)
    await two.list(Key.root)
    const { etag } = await one.put(a, bytesOf('x'), { ttl: 1 })
    for (const deadline = Date.now() + 5000; (await two.list(Key.root)).children.length > 0; )
      expect(Date.now()).toBeLessThan(deadline)
    expect(etag).toBeDefined()
  })

  it('E8 read-only removes the copies of killed processes, and no others', {
    timeout: 60_000,
  }, async () => {
    await (await LevelDatastore.open(path)).close()
    const temporary = await roots.make()
    const program = await bundle(join(import.meta.dirname, 'reader.ts'), ['classic-level'])
    vi.stubEnv('TMPDIR', temporary)
    try {
      expect(await firstLineOf(process.execPath, [program.file, path])).toBe('open')
      const [copy] = await readdir(temporary)
      await using one = await LevelDatastore.open(path, { readOnly: true })
      expect(await readdir(temporary)).toHaveLength(2)
      const [child] = children.splice(0) as [ChildProcess]
      child.kill('SIGKILL')
      await new Promise(resolve => child.once('exit', resolve))
      await using other = await LevelDatastore.open(path, { readOnly: true })
      expect(await readdir(temporary)).toHaveLength(2)
      expect(await readdir(temporary)).not.toContain(copy)
      await one.close()
      await other.close()
      expect(await readdir(temporary)).toEqual([])
    } finally {
      vi.unstubAllEnvs()
      await program.remove()
    }
  })

  it('E8 read-only does not change the folder and shows its state at opening, also while another program writes', async () => {
    const owner = await LevelDatastore.open(path)
    for (let index = 0; index < 500; index++) await owner.put(Key.of(`k${index}`), new Uint8Array(20_000))
    const copy = await LevelDatastore.open(path, { readOnly: true })
    expect((await copy.stats()).entries).toBe(500)
    await owner.put(a, bytesOf('later'))
    expect(await copy.has(a)).toBe(false)
    await expect(copy.put(a, bytesOf('x'))).rejects.toMatchObject({ code: 'READ_ONLY' })
    await owner.close()
    expect((await copy.get(Key.of('k7'))).length).toBe(20_000)
    await copy.close()
    const before = await stateOf(path)
    await using again = await LevelDatastore.open(path, { readOnly: true })
    expect(await again.get(a)).toEqual(bytesOf('later'))
    expect(await stateOf(path)).toEqual(before)
  })

  it('E4 damaged files are CORRUPT', async () => {
    await (await LevelDatastore.open(path)).close()
    const manifest = (await readdir(path)).find(name => name.startsWith('MANIFEST'))
    await writeFile(join(path, manifest ?? ''), new Uint8Array(100).fill(7))
    await expect(LevelDatastore.open(path)).rejects.toMatchObject({ code: 'CORRUPT' })
  })

  it('E2 values are stored in the folder with their header, under the bytes of their keys', async () => {
    const store = await LevelDatastore.open(path)
    await store.put(Key.of('a', 'b'), bytesOf('hi'))
    await store.close()
    const level = new ClassicLevel<Uint8Array, Uint8Array>(path, {
      keyEncoding: 'view',
      valueEncoding: 'view',
    })
    const value = await level.get(bytesOf('a\0b'))
    await level.close()
    expect(
      Buffer.from(value ?? [])
        .subarray(14)
        .toString(),
    ).toBe('hi')
  })
})

/** Every file of a folder with its bytes and times. */
async function stateOf(folder: string): Promise<unknown> {
  const names = await readdir(folder)
  return Promise.all(
    names.map(async name => {
      const { mtimeMs, size } = await stat(join(folder, name))
      return [name, size, mtimeMs, (await readFile(join(folder, name))).subarray(0, 1000).toString('hex')]
    }),
  )
}
