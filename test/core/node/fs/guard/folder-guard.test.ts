import { chmod, mkdir, readdir, rename, rm, rmdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import type { LayoutName } from '../../../../../src/core/node/fs/layout.ts'
import { bytesOf, textOf } from '../bytes-of.ts'
import { pathsBelow, TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const layouts: readonly LayoutName[] = ['strata', 'plain', 'flatfs', 'datastore-fs', 'py-datastore']
let base: string
let root: string
let away: string

beforeEach(async () => {
  base = await roots.make()
  root = join(base, 'data')
  away = join(base, 'away')
})
afterEach(() => roots.remove())

const known = Key.of('KNOWN')
const other = Key.of('OTHER')

/** One call of each kind, including some with a key that the layout cannot hold. */
function callsOf(store: FsDatastore): Record<string, () => Promise<unknown>> {
  return {
    get: () => store.get(known),
    'get of a key that no file can have': () => store.get(Key.of('\0')),
    getStream: () => store.getStream(known)[Symbol.asyncIterator]().next(),
    has: () => store.has(known),
    stat: () => store.stat(other),
    put: () => store.put(known, bytesOf('new')),
    'put of a new key': () => store.put(other, bytesOf('new')),
    'streamed put': () => store.put(other, [bytesOf('new')].values()),
    delete: () => store.delete(known, { missingOk: true }),
    rename: () => store.rename(known, other),
    list: () => store.list(Key.root),
    'list where nothing can be': () => store.list(Key.of('\0', 'deep')),
    stats: () => store.stats(),
    sync: () => store.sync(),
    batch: async () => {
      const batch = store.batch()
      batch.put(other, bytesOf('new'))
      await batch.commit()
    },
  }
}

/** Changes a folder until its change time is later than its birth time, which takes a tick of the disk's clock. */
async function makeOlder(folder: string): Promise<void> {
  for (;;) {
    const { birthtimeMs, ctimeMs } = await stat(folder)
    if (birthtimeMs !== ctimeMs) return
    await chmod(folder, 0o755)
  }
}

async function expectAllRefused(store: FsDatastore, name: string): Promise<void> {
  for (const [call, run] of Object.entries(callsOf(store))) {
    await expect(run(), `${name}: ${call}`).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringMatching(/of this store (has disappeared|was moved away or replaced)/) as string,
    })
  }
}

const replacements: Readonly<Record<string, (layout: LayoutName) => Promise<unknown>>> = {
  nothing: async () => undefined,
  'an empty folder': () => mkdir(root),
  'a file': () => writeFile(root, 'mine'),
  'a folder of other files': async () => {
    await mkdir(root)
    await writeFile(join(root, 'report.txt'), 'mine')
  },
  'a link to another folder': async () => {
    await mkdir(join(base, 'outside'))
    await symlink(join(base, 'outside'), root)
  },
  'a store of the same layout': async layout => {
    const store = await FsDatastore.open(root, { layout, create: true })
    await store.put(known, bytesOf('theirs'))
    await store.close()
  },
}

describe.each(layouts)('layout %s', layout => {
  it.each(Object.keys(replacements))(
    'D24 D18 every call is rejected while its folder is moved away and %s is at its path',
    async name => {
      await using store = await FsDatastore.open(root, { layout, create: true })
      await store.put(known, bytesOf('value'))
      await store.list(Key.root)
      await rename(root, away)
      await replacements[name]?.(layout)
      const before = await pathsBelow(base)
      await expectAllRefused(store, name)
      expect(await pathsBelow(base)).toEqual(before)

      await rm(root, { recursive: true, force: true })
      await rename(away, root)
      expect(textOf(await store.get(known))).toBe('value')
      await store.put(other, bytesOf('later'))
      expect((await store.list(Key.root)).children.map(({ key }) => key)).toEqual([known, other])
    },
  )

  it('D24 a folder that is removed and created again is another folder', async () => {
    await mkdir(root)
    await makeOlder(root)
    await using store = await FsDatastore.open(root, { layout })
    await store.put(known, bytesOf('value'))
    await rm(root, { recursive: true })
    await mkdir(root)
    await expectAllRefused(store, 'made anew')
    expect(await readdir(root)).toEqual([])
  })

  it('D24 a watch fails once its folder is replaced, and reports nothing from the new one', async () => {
    await using store = await FsDatastore.open(root, { layout, create: true })
    await using theirs = await FsDatastore.open(away, { layout, create: true })
    await store.put(known, bytesOf('value'))
    const watched = store.watch(Key.root)[Symbol.asyncIterator]()
    const first = watched.next()
    await store.put(other, bytesOf('value'))
    expect(await first).toMatchObject({ value: { type: 'put', key: other } })
    const ended = expect(watched.next()).rejects.toMatchObject({ code: 'IO' })
    await theirs.put(known, bytesOf('theirs'))
    await rename(root, join(base, 'gone'))
    await rename(away, root)
    await ended
  })
})

it('D24 concurrent calls, while the folder is replaced repeatedly, write only into it', async () => {
  await using store = await FsDatastore.open(root)
  await mkdir(away)
  const run = { isOver: false }
  const swaps = (async () => {
    while (!run.isOver) {
      await rename(root, join(base, 'kept'))
      await rename(away, root)
      await rename(root, away)
      await rename(join(base, 'kept'), root)
    }
  })()
  const outcomes = await Promise.allSettled(
    Array.from({ length: 600 }, async (_, index) => {
      const key = Key.of(`branch-${index % 7}`, `key-${index}`)
      await store.put(key, bytesOf('value'))
      return store.get(key)
    }),
  )
  run.isOver = true
  await swaps
  expect(await readdir(away)).toEqual([])
  await rmdir(away)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'IO' })
    else expect(textOf(outcome.value)).toBe('value')
  }
})
