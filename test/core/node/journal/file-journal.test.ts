import { spawn } from 'node:child_process'
import {
  appendFile,
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { JournalLog } from '../../../../src/core/adapters/journal/journal-log.ts'
import { type FileJournalOptions, fileJournal } from '../../../../src/core/node/journal/file-journal.ts'
import { collect, expectFailure } from '../../../../src/testkit/suite.ts'
import { asNobody, whyNoPermissions } from '../fs/as-nobody.ts'
import { bytesOf, textOf } from '../fs/bytes-of.ts'
import { TempRoots } from '../fs/temp-root.ts'

const roots = new TempRoots()
const opened: JournalLog[] = []

afterEach(async () => {
  for (const log of opened.splice(0)) await log.close()
  await roots.remove()
})

async function open(folder: string, options?: FileJournalOptions): Promise<JournalLog> {
  const log = await fileJournal(folder, options)
  opened.push(log)
  return log
}

async function texts(log: JournalLog, options = {}): Promise<string[]> {
  return (await collect(log.read(options))).map(({ bytes }) => textOf(bytes))
}

async function segments(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter(name => name.endsWith('.journal')).sort()
}

describe('fileJournal()', () => {
  it('W4 keeps records in order, with increasing numbers, across openings', async () => {
    const folder = join(await roots.make(), 'not', 'there', 'yet')
    const first = await open(folder)
    expect(await first.append(bytesOf('a'), true)).toBe(1)
    expect(await Promise.all(['b', 'c'].map(text => first.append(bytesOf(text), false)))).toEqual([2, 3])
    await first.close()
    await first.close()
    const second = await open(folder, { durability: 'full' })
    expect(await second.append(bytesOf('d'), true)).toBe(4)
    await second.sync()
    expect(await collect(second.read())).toMatchObject([
      { number: 1 },
      { number: 2 },
      { number: 3 },
      { number: 4 },
    ])
    expect(await texts(second)).toEqual(['a', 'b', 'c', 'd'])
    expect(await texts(second, { reverse: true })).toEqual(['d', 'c', 'b', 'a'])
    expect(await texts(second, { from: 3 })).toEqual(['c', 'd'])
    expect(await texts(second, { from: 2, reverse: true })).toEqual(['b', 'a'])
    expect(await segments(folder)).toHaveLength(1)
  })

  it('W4 a folder of other files is rejected and stays unchanged; one with a journal is continued', async () => {
    const folder = await roots.make()
    await writeFile(join(folder, 'letter.txt'), 'dear')
    await expectFailure(fileJournal(folder), 'CONFLICT')
    expect(await readdir(folder)).toEqual(['letter.txt'])
    const own = await roots.make()
    const log = await open(own)
    await log.append(bytesOf('a'), true)
    await log.close()
    await writeFile(join(own, 'letter.txt'), 'dear')
    expect(await texts(await open(own))).toEqual(['a'])
  })

  it('W4 a segment that is not a file is rejected without blocking', async ctx => {
    if (process.platform === 'win32') ctx.skip('Windows has no such devices')
    const folder = await roots.make()
    await symlink('/dev/zero', join(folder, '0000000000000001.journal'))
    await expect(fileJournal(folder)).rejects.toThrow('it is not a regular file')
  })

  it('D24 rejects calls while its folder is moved away, and writes nothing to the folder at its path', async () => {
    const folder = join(await roots.make(), 'log')
    const log = await open(folder, { maxBytes: 1024 })
    await log.append(bytesOf('before'), true)
    await rename(folder, `${folder}-away`)
    await mkdir(folder)
    await writeFile(join(folder, '0000000000000001.journal'), 'mine')
    const message: unknown = expect.stringContaining('was moved away or replaced')
    const refusal = { code: 'IO', message }
    // More than fits in a segment, so that another one would be created.
    for (let index = 0; index < 10; index++) {
      await expect(log.append(new Uint8Array(200), true)).rejects.toMatchObject(refusal)
    }
    await expect(collect(log.read())).rejects.toMatchObject(refusal)
    await expect(log.sync()).rejects.toMatchObject(refusal)
    expect(await readdir(folder)).toEqual(['0000000000000001.journal'])
    await rm(folder, { recursive: true })
    await rename(`${folder}-away`, folder)
    await log.append(bytesOf('after'), true)
    expect(await texts(log)).toEqual(['before', 'after'])
  })

  it('W4 concurrent appends are kept in call order, and all of them complete', async () => {
    const log = await open(await roots.make())
    const numbers: Promise<number>[] = []
    for (let index = 0; index < 500; index++) {
      numbers.push(log.append(bytesOf(String(index)), index % 2 === 0))
      if (index % 7 === 0) await numbers.at(-1)
    }
    expect(await Promise.all(numbers)).toEqual(numbers.map((_, index) => index + 1))
    expect(await texts(log)).toEqual(numbers.map((_, index) => String(index)))
  })

  it.each([
    ['cut in the middle of its bytes', 1],
    ['cut in the middle of its length', 6],
  ])('W4 a record that is %s is dropped, and later ones go to a new segment', async (_, cut) => {
    const folder = await roots.make()
    const first = await open(folder)
    await first.append(bytesOf('whole'), true)
    await first.append(bytesOf(cut === 1 ? 'torn' : ''.padEnd(1)), true)
    await first.close()
    const [name] = await segments(folder)
    const { size } = await stat(join(folder, name!))
    await truncate(join(folder, name!), size - cut)
    const second = await open(folder)
    expect(await texts(second)).toEqual(['whole'])
    expect(await second.append(bytesOf('later'), true)).toBe(3)
    await second.close()
    const third = await open(folder)
    expect(await texts(third)).toEqual(['whole', 'later'])
    expect(await segments(folder)).toHaveLength(2)
  })

  it('W4 a record with a wrong byte, and zeros left by a power cut, end a segment', async () => {
    const folder = await roots.make()
    const first = await open(folder)
    for (const text of ['one', 'two', 'three']) await first.append(bytesOf(text), true)
    await first.close()
    const path = join(folder, (await segments(folder))[0]!)
    await appendFile(path, Buffer.alloc(64))
    const second = await open(folder)
    expect(await texts(second)).toEqual(['one', 'two', 'three'])
    await second.close()
    const bytes = await readFile(path)
    bytes[bytes.indexOf('two')]! ^= 1
    await writeFile(path, bytes)
    const third = await open(folder)
    expect(await texts(third)).toEqual(['one'])
  })

  it('W4 a segment without its header is empty, and one of a later version is rejected', async () => {
    const folder = await roots.make()
    await writeFile(join(folder, '0000000000000001.journal'), 'STR')
    const log = await open(folder)
    await log.append(bytesOf('a'), true)
    expect(await texts(log)).toEqual(['a'])
    await log.close()
    await writeFile(join(folder, '0000000000000009.journal'), 'STRATAJ2 and more')
    await expectFailure(fileJournal(folder), 'CORRUPT')
    expect((await readdir(folder)).filter(name => name.endsWith('.writer'))).toEqual([])
  })

  it('W9 the oldest segments are removed, and the files stay within their limit of bytes', async () => {
    const folder = await roots.make()
    const log = await open(folder, { maxBytes: 4096 })
    for (let index = 0; index < 300; index++) {
      await log.append(bytesOf(String(index).padStart(40)), true)
      const sizes = await Promise.all((await segments(folder)).map(name => stat(join(folder, name))))
      expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(4096)
    }
    const kept = await collect(log.read())
    expect(kept.length).toBeGreaterThan(50)
    expect(kept[0]?.number).toBe(log.oldest)
    expect(kept.map(({ number }) => number)).toEqual(kept.map((_, index) => 300 - kept.length + index + 1))
    await log.append(new Uint8Array(3500), true)
    await log.append(new Uint8Array(3500), true)
    expect(await collect(log.read())).toHaveLength(1)
    await log.close()
    expect((await open(folder, { maxBytes: 4096 })).oldest).toBe(302)
  })

  it('W4 a reader continues when its next record has been removed', async () => {
    const log = await open(await roots.make(), { maxBytes: 4096 })
    for (let index = 0; index < 50; index++) await log.append(new Uint8Array(50), true)
    const reader = log.read()[Symbol.asyncIterator]()
    await reader.next()
    for (let index = 0; index < 200; index++) await log.append(new Uint8Array(50), true)
    const rest: number[] = []
    for (let next = await reader.next(); next.done !== true; next = await reader.next())
      rest.push(next.value.number)
    expect(rest.every(number => number <= 50)).toBe(true)
  })

  it('W4 a folder has one writer at a time; a killed one does not count', async () => {
    const folder = await roots.make()
    const log = await open(folder)
    await expectFailure(fileJournal(folder), 'CONFLICT')
    await log.close()
    const both = await Promise.allSettled([fileJournal(folder), fileJournal(folder)])
    const won = both.filter(result => result.status === 'fulfilled')
    expect(won.length).toBeLessThanOrEqual(1)
    for (const { value } of won) await value.close()
    const other = spawn(process.execPath, ['--version'])
    await new Promise(resolve => other.once('close', resolve))
    const own = (await open(folder), (await readdir(folder)).find(name => name.endsWith('.writer'))!)
    await opened.pop()!.close()
    await writeFile(join(folder, own.replace(`-${process.pid}-`, `-${other.pid}-`)), '')
    await open(folder)
    await opened.pop()!.close()
    const elsewhere = `abcdef${own.slice(own.indexOf('-'))}`
    await writeFile(join(folder, elsewhere), '')
    await expect(fileJournal(folder)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(elsewhere) as string,
    })
  })

  it('W4 calls after close are CLOSED', async () => {
    const log = await open(await roots.make())
    await log.append(bytesOf('a'), true)
    await log.close()
    await expectFailure(log.append(bytesOf('b'), true), 'CLOSED')
    await expectFailure(collect(log.read()), 'CLOSED')
    await expectFailure(log.sync(), 'CLOSED')
  })

  it.skipIf(whyNoPermissions())('W4 a folder that cannot be written is rejected by name', async () => {
    const folder = await roots.make()
    await chmod(folder, 0o555)
    await asNobody(() => expectFailure(fileJournal(folder), 'ACCESS_DENIED'))
    await expectFailure(fileJournal(join(folder, 'x'), { maxBytes: 5 }), 'CONFIG_INVALID')
    await writeFile(join(folder, 'file'), '')
    await expectFailure(fileJournal(join(folder, 'file')), 'CONFLICT')
  })
})
