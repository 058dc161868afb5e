import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DatastoreError } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { FailureLog } from '../../../src/main/host/calls/failure-log.ts'
import { openSession, tempFolder } from './test-host.ts'

const SECRET = 'the-value'

function failed(): Error {
  const system = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' })
  const parse = new SyntaxError(`Unexpected token in "${SECRET}"`, { cause: system })
  return new DatastoreError('CORRUPT', 'Cannot get "/a": it is damaged', { key: Key.of('a'), cause: parse })
}

class Damaged extends MemoryDatastore {
  override get = () => Promise.reject(failed())
  override getStream = (): AsyncIterable<never> => {
    throw failed()
  }
  override stat = () => Promise.reject(failed())
}

describe('the log of failures', () => {
  it('P5 a failure sent to a page has an id, and its chain of causes is in the log under it', async () => {
    const { host, page, session } = await openSession(new Damaged())
    const error: unknown = await page
      .call('store.get', { session, key: '/a' })
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'CORRUPT', id: expect.stringMatching(/^[0-9a-f]{8}$/) as string })
    await host.close()
    const path = join(host.dataDirectory, 'failures.log')
    const text = await readFile(path, 'utf8')
    const [line] = text.split('\n')
    const { id, causes } = JSON.parse(line!) as { id: string; causes: unknown[] }
    expect(id).toBe((error as { id: string }).id)
    expect(causes).toMatchObject([
      { name: 'DatastoreError', code: 'CORRUPT', key: '/a', message: 'Cannot get "/a": it is damaged' },
      { name: 'SyntaxError' },
      { name: 'Error', code: 'EIO', message: 'EIO: i/o error, read' },
    ])
    expect(text).not.toContain(SECRET)
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('P5 an expected failure has no id, and is not logged', async () => {
    const { host, page, session } = await openSession(['/a'])
    const absent = page.call('store.get', { session, key: '/absent' })
    await expect(absent).rejects.toMatchObject({ code: 'NOT_FOUND', id: undefined })
    await expect(page.call('store.get', { session: 'x', key: 7 as never })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    })
    await host.close()
    expect(await readdir(host.dataDirectory)).not.toContain('failures.log')
  })

  it('P5 is bounded: the oldest half is dropped', async () => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'failures.log'), 'x'.repeat(512 * 1024 + 1))
    await writeFile(join(folder, 'failures.log.1'), 'old')
    const log = new FailureLog(folder)
    log.record(failed())
    await log.close()
    expect((await readdir(folder)).sort()).toEqual(['failures.log', 'failures.log.1'])
    expect((await stat(join(folder, 'failures.log.1'))).size).toBe(512 * 1024 + 1)
    for (let index = 0; index < 5_000; index++) log.record(failed())
    await log.close()
    expect(await readFile(join(folder, 'failures.log'), 'utf8')).toContain('{"leftOut":4000}')
  })

  it('P5 handles circular causes and any thrown value', async () => {
    const folder = await tempFolder()
    const log = new FailureLog(folder)
    const circle = new Error('a')
    circle.cause = new AggregateError([circle, undefined, 'text'])
    for (const thrown of [circle, undefined, 'text', Object.create(null)]) log.record(thrown)
    await log.close()
    expect((await readFile(join(folder, 'failures.log'), 'utf8')).trim().split('\n')).toHaveLength(4)
  })
})
