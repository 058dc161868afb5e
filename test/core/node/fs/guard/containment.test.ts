import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatastoreError, Key } from '../../../../../src/core/index.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { bytesOf } from '../bytes-of.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const value = bytesOf('inside')
let root: string
let outside: string

beforeEach(async () => {
  root = await roots.make()
  outside = await roots.make()
  await writeFile(join(outside, 'b'), 'secret')
  await writeFile(join(outside, 'b.val'), 'secret')
})
afterEach(() => roots.remove())

describe.each(['strata', 'plain'] as const)('F3 layout %s', layout => {
  const file = layout === 'plain' ? 'b' : 'b.val'
  const below = Key.of('a', 'b')
  const open = () => FsDatastore.open(root, { layout })

  async function expectOutsideUntouched(): Promise<void> {
    expect((await readdir(outside)).sort()).toEqual(['b', 'b.val'])
    expect(await readFile(join(outside, file), 'utf8')).toBe('secret')
  }

  it('F3 rejects every call through a folder that was replaced by a link', async () => {
    await using store = await open()
    await store.put(below, value)
    await rename(join(root, 'a'), join(root, 'moved'))
    await symlink(outside, join(root, 'a'))
    const calls: Record<string, () => Promise<unknown>> = {
      get: () => store.get(below),
      has: () => store.has(below),
      stat: () => store.stat(below),
      getStream: async () => {
        for await (const chunk of store.getStream(below)) expect.unreachable(String(chunk))
      },
      put: () => store.put(below, value),
      'put of a new key': () => store.put(Key.of('a', 'new', 'deep'), value),
      'streamed put': () => store.put(below, [value].values()),
      delete: () => store.delete(below),
      'rename from': () => store.rename(below, Key.of('c')),
      'list below': () => store.list(Key.of('a')),
    }
    for (const [name, call] of Object.entries(calls)) {
      const error: unknown = await call().catch((reason: unknown) => reason)
      expect(error, name).toBeInstanceOf(DatastoreError)
      expect((error as DatastoreError).code, name).toBe('ACCESS_DENIED')
      expect((error as DatastoreError).message, name).toContain('"/a" is a symbolic link')
    }
    await store.put(Key.of('c'), value)
    await expect(store.rename(Key.of('c'), below)).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    await expectOutsideUntouched()
  })

  it('F3 a value that is a link is not read, and its target is never written', async () => {
    await using store = await open()
    await symlink(join(outside, file), join(root, file))
    for (const call of [
      () => store.get(Key.of('b')),
      () => store.stat(Key.of('b')),
      () => store.has(Key.of('b')),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    }
    await store.put(Key.of('b'), value).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'ACCESS_DENIED' })
      expect(layout).toBe('plain')
    })
    await expectOutsideUntouched()
  })

  it('F3 keys that look like paths outside stay inside', async () => {
    await using store = await open()
    const segments = [
      '...',
      '..\\evil',
      'C:\\evil',
      '\\\\host\\share',
      '~',
      '$HOME',
      'e:..:..:x',
      '%2e%2e',
      '..%2fevil',
    ]
    for (const segment of segments) {
      const key = Key.of(segment, segment, 'evil')
      await store.put(key, value)
      expect(await store.get(key)).toEqual(value)
    }
    expect(() => Key.parse('/../evil')).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }) as Error)
    await expectOutsideUntouched()
    expect((await readdir(tmpdir())).filter(name => name.includes('evil'))).toEqual([])
  })

  it('F3 the temporary folder cannot lead outside either', async () => {
    const temps = layout === 'plain' ? join(root, '.strata-tmp') : join(root, '.strata', 'tmp')
    {
      await using store = await open()
      await store.put(Key.of('first'), value)
    }
    await rm(temps, { recursive: true, force: true })
    await symlink(outside, temps)
    const attempt = async () => {
      await using store = await open()
      await store.put(Key.of('second'), value)
    }
    await expect(attempt()).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    await expectOutsideUntouched()
  })
})

describe('F3 in a race', () => {
  it('F3 a folder that is repeatedly replaced by a link leads no call outside', async ({ skip }) => {
    skip(!(process.platform === 'linux'), 'only Linux has this')
    await using store = await FsDatastore.open(root, { layout: 'plain' })
    const key = Key.of('a', 'b')
    await store.put(key, value)
    await symlink(outside, join(root, 'link'))
    let isOver = false
    // A put may have created a folder meanwhile.
    const move = async (from: string, to: string) => {
      while (!(await isDone(rename(join(root, from), join(root, to))))) {
        await isDone(rm(join(root, to), { recursive: true, force: true }))
      }
    }
    const flip = async () => {
      while (!isOver) {
        await move('a', 'real')
        await move('link', 'a')
        await rename(join(root, 'a'), join(root, 'link'))
        await move('real', 'a')
      }
    }
    const flipping = flip()
    const outcomes = new Set<string>()
    const note = (call: Promise<unknown>) =>
      call.then(
        () => outcomes.add('done'),
        (error: unknown) => outcomes.add((error as { code?: string }).code ?? String(error)),
      )
    for (let round = 0; round < 300; round++) {
      await Promise.all([
        note(store.get(key).then(bytes => expect(bytes).toEqual(value))),
        note(store.put(Key.of('a', `new ${round}`), value)),
        note(store.put(Key.of('a', 'deep', `${round}`), value)),
        note(store.delete(Key.of('a', `new ${round}`), { missingOk: true })),
        note(
          store.list(Key.of('a')).then(page => {
            expect(page.children.map(child => child.name)).not.toContain('b.val')
          }),
        ),
      ])
    }
    isOver = true
    await flipping
    expect((await readdir(outside)).sort()).toEqual(['b', 'b.val'])
    for (const outcome of outcomes) expect(['done', 'ACCESS_DENIED', 'NOT_FOUND', 'IO']).toContain(outcome)
    expect(outcomes).toContain('done')
  })
})

it('F3 a root given as a link is opened as its target folder', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'strata-fs-parent-'))
  try {
    await symlink(root, join(parent, 'link'))
    await using store = await FsDatastore.open(join(parent, 'link'))
    expect(store.path).toBe(root)
    await store.put(Key.of('a', 'b'), value)
    expect(await store.get(Key.of('a', 'b'))).toEqual(value)
    await mkdir(join(root, 'x'))
  } finally {
    await rm(parent, { recursive: true })
  }
})

function isDone(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  )
}
