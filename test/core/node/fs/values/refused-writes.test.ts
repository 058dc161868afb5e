import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import type { LayoutName } from '../../../../../src/core/node/fs/layout.ts'
import { bytesOf } from '../bytes-of.ts'
import { FaultyDisk } from '../faulty-disk.ts'
import { pathsBelow, TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const long = (letter: string): string => letter.repeat(90)
/** Segments whose names are shortened in layout `strata`, which need labels. */
const target = Key.of(long('é'), 'between', long('ü'), long('ö'))
const source = Key.of('source', 'value')
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

type Write = (store: FsDatastore) => Promise<unknown>

const writes: Readonly<Record<string, Write>> = {
  put: store => store.put(target, bytesOf('x')),
  'put of a new key': store => store.put(target, bytesOf('x'), { replace: false }),
  'streamed put': store => store.put(target, [bytesOf('x')].values()),
  rename: store => store.rename(source, target),
}
const verbs = ['open', 'mkdir', 'write', 'rename', 'link'] as const

describe.each(['strata', 'plain', 'datastore-fs'] satisfies LayoutName[])('layout %s', layout => {
  const written = async (disk: FaultyDisk): Promise<FsDatastore> => {
    const store = await FsDatastore.open(root, { layout, create: true }, disk)
    await store.put(source, bytesOf('source'))
    return store
  }

  it.each(Object.keys(writes))(
    'D25 a %s that fails at any of its file operations leaves nothing',
    async name => {
      const disk = new FaultyDisk()
      await using store = await written(disk)
      const before = await pathsBelow(root)
      const undo = (): Promise<void> =>
        name === 'rename' ? store.rename(target, source) : store.delete(target)
      let failures = 0
      for (const verb of verbs) {
        for (let nth = 0; ; nth++) {
          let left = nth
          disk.fail(verb, () => (left-- === 0 ? 'EDQUOT' : undefined))
          const outcome: unknown = await writes[name]?.(store).catch((error: unknown) => error)
          disk.fail(verb, () => undefined)
          const after = await pathsBelow(root)
          // A failure after the value is in place is reported, but changes nothing.
          const isDone = await store.has(target)
          if (isDone) await undo()
          if (left >= 0) break
          if (isDone) continue
          failures++
          expect(outcome, `${verb} ${nth}`).toMatchObject({ cause: { code: 'EDQUOT' } })
          expect(after, `${verb} ${nth}`).toEqual(before)
          expect((await store.list(Key.root)).children, `${verb} ${nth}`).toMatchObject([{ name: 'source' }])
        }
        expect(await pathsBelow(root), verb).toEqual(before)
      }
      expect(failures).toBeGreaterThan(3)
    },
  )

  it('D25 a put that is aborted while it waits or writes leaves nothing', async () => {
    const disk = new FaultyDisk()
    await using store = await written(disk)
    const before = await pathsBelow(root)
    for (const value of [bytesOf('x'), [bytesOf('x')]]) {
      const abort = new AbortController()
      disk.fail('write', () => {
        abort.abort()
        return undefined
      })
      await expect(store.put(target, value, { signal: abort.signal })).rejects.toMatchObject({
        name: 'AbortError',
      })
      disk.fail('write', () => undefined)
      // The call is aborted at once, and a call on a level waits until the write has ended.
      await store.list(Key.root)
      expect(await pathsBelow(root)).toEqual(before)
    }
  })

  it('D25 a put that a precondition refuses leaves nothing', async () => {
    await using store = await written(new FaultyDisk())
    const before = await pathsBelow(root)
    await expect(store.put(target, bytesOf('x'), { create: false })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await expect(store.put(source, bytesOf('x'), { replace: false })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    await expect(store.rename(target, Key.of(long('ä'), 'x'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await pathsBelow(root)).toEqual(before)
  })
})

it('D25 folders of others stay after a failed put in them', async () => {
  const disk = new FaultyDisk()
  await using store = await FsDatastore.open(root, { layout: 'plain' }, disk)
  await mkdir(join(root, 'theirs'))
  disk.fail('rename', () => 'EDQUOT')
  await expect(store.put(Key.of('theirs', 'mine', 'x'), bytesOf('x'))).rejects.toMatchObject({ code: 'IO' })
  expect(await pathsBelow(root)).toEqual(['theirs/'])
})
